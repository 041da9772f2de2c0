"""The requests that are measured, as a script for wrk and for a single comparison."""

import json
import shutil
import subprocess
import tempfile
from dataclasses import dataclass
from pathlib import Path
from typing import Any

from benchmarks.data import READERS, WRITERS, Known

CONNECTIONS = 16
SCRIPT = """
local ids = {} for line in io.lines("%(ids)s") do ids[#ids + 1] = line end
math.randomseed(%(chance)d)
local headers = {["Authorization"] = "%(key)s", ["Content-Type"] = "application/json"}
request = function()
  return wrk.format("%(method)s", "/api/v1/" .. %(path)s, headers, %(body)s)
end
done = function(summary, latency)
  local bad = summary.errors
  io.write(string.format('RESULT{"rate": %%f, "p50": %%f, "p99": %%f, "bad": %%d}',
    summary.requests / summary.duration * 1e6, latency:percentile(50) / 1e3,
    latency:percentile(99) / 1e3, bad.status + bad.connect + bad.read + bad.timeout))
end
"""


@dataclass
class Case:
    title: str
    key: str
    method: str
    path: str  # as an expression in Lua
    body: str = "nil"
    least: float = 0.9  # the ratio to the floor that is wanted


def cases(known: Known) -> list[Case]:
    one = '"lead/" .. ids[math.random(#ids)] .. "/"'
    told = """'{"description": "told ' .. math.random(1000000000) .. '"}'"""
    written = f"""(([[{json.dumps(note("ID"))}]]):gsub("ID", ids[math.random(#ids)], 1))"""
    return [
        Case("read a lead", READERS, "GET", one),
        Case(
            "list 100 leads", READERS, "GET", '"lead/?_limit=100&_skip=" .. 100 * math.random(0, 9)'
        ),
        Case("update a lead", READERS, "PUT", one, told),
        Case("create a lead", WRITERS, "POST", '"lead/"', f"[[{json.dumps(lead(known))}]]", 0.7),
        Case("create a note", READERS, "POST", '"activity/note/"', written, 0.7),
    ]


def lead(known: Known) -> dict[str, Any]:
    values = {
        "Industry": "Software",
        "Employees": 5,
        "Customer Since": "2026-01-02",
        "Interests": ["Calling", "Reporting"],
        "Customer Number": "C-1",
    }
    address = {"address_1": "1 Main St", "city": "San Francisco", "state": "CA", "country": "US"}
    return {
        "name": "Bench Lead",
        "description": "made by the benchmark",
        "url": "https://b.example",
        "status_id": known.status,
        "addresses": [address | {"zipcode": "94103", "label": "business", "address_2": None}],
        **{f"custom.{known.fields[name]}": value for name, value in values.items()},
    }


def note(lead_id: str) -> dict[str, Any]:
    return {"lead_id": lead_id, "note": "Asked for a quote; call back on Friday."}


def find_wrk() -> str:
    """wrk, installed if that is possible."""
    if not shutil.which("wrk"):
        try:
            subprocess.run(["apt-get", "install", "-y", "wrk"], check=True, capture_output=True)
        except (OSError, subprocess.CalledProcessError):
            raise SystemExit("benchmarks need wrk: apt-get install wrk") from None
    return "wrk"


def run(case: Case, known: Known, port: int, seconds: float, chance: int) -> dict[str, float]:
    """Send requests over all connections as fast as they are answered."""
    with tempfile.TemporaryDirectory() as folder:
        ids, script = Path(folder, "ids"), Path(folder, "case.lua")
        ids.write_text("\n".join(known.leads))
        values = {"key": known.keys[case.key], "method": case.method, "ids": ids}
        values |= {"path": case.path, "body": case.body, "chance": chance}
        script.write_text(SCRIPT % values)
        command = [find_wrk(), "-t1", f"-c{CONNECTIONS}", f"-d{seconds}s", "--latency"]
        command += ["-s", str(script), f"http://127.0.0.1:{port}"]
        done = subprocess.run(command, capture_output=True, text=True, check=True)
    return json.loads(done.stdout.rpartition("RESULT")[2])
