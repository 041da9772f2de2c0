"""Seals what older versions kept in the clear: the keys that webhooks sign with."""

import asyncio

import asyncpg

from ajar.config import Settings
from ajar.vault import Vault

# So everything begins that the vault has sealed.
FIND = """
select organization_id, id, signature_key, older_key from webhook
where signature_key not like 'gAAAAA%' or older_key not like 'gAAAAA%' for update"""
PUT = """
update webhook set signature_key = $3, older_key = $4 where organization_id = $1 and id = $2"""


def seal(url: str, settings: Settings) -> int:
    """How many webhooks had a key in the clear. It takes a look at a small table, each time that
    something starts: a backup of an older version may have been restored."""
    return asyncio.run(sealed(url, Vault(settings)))


async def sealed(url: str, vault: Vault) -> int:
    db = await asyncpg.connect(url)
    try:
        async with db.transaction():
            rows = await db.fetch(FIND)
            for organization_id, id, *keys in rows:
                await db.execute(PUT, organization_id, id, *(shut(vault, key) for key in keys))
            return len(rows)
    finally:
        await db.close()


def shut(vault: Vault, key: str | None) -> str | None:
    return vault.seal(key).decode() if key and not key.startswith("gAAAAA") else key
