"""Seals what older versions kept in the clear: the keys that webhooks sign with.

A key in the clear is better than one that is lost. So nothing is sealed with a secret that may be
gone tomorrow, as one made in a container that only migrates is; nor with one that does not open
what is sealed already.
"""

import asyncio

import asyncpg
import structlog

from ajar.config import Settings
from ajar.vault import FILE, Locked, Vault

# So everything begins that the vault has sealed.
FIND = """
select organization_id, id, signature_key, older_key from webhook
where signature_key not like 'gAAAAA%' or older_key not like 'gAAAAA%' for update"""
SEALED = "select signature_key from webhook where signature_key like 'gAAAAA%' limit 1"
PUT = """
update webhook set signature_key = $3, older_key = $4 where organization_id = $1 and id = $2"""
LEFT = "keys of webhooks are left in the clear, and sign nothing until they are sealed"
log = structlog.get_logger()


def seal(url: str, settings: Settings) -> int:
    """How many webhooks had a key in the clear. It takes a look at a small table, each time that
    something starts: a backup of an older version may have been restored."""
    return asyncio.run(sealed(url, Vault(settings)))


async def sealed(url: str, vault: Vault) -> int:
    db = await asyncpg.connect(url)
    try:
        async with db.transaction():
            rows = await db.fetch(FIND)
            if rows and (reason := unfit(vault, await db.fetchval(SEALED))):
                log.error(LEFT, webhooks=len(rows), reason=reason)
                return 0
            for organization_id, id, *keys in rows:
                await db.execute(PUT, organization_id, id, *(shut(vault, key) for key in keys))
            return len(rows)
    finally:
        await db.close()


def unfit(vault: Vault, known: str | None) -> str | None:
    """Why nothing is to be sealed here. A database of our own is beside the key that is made."""
    here = vault.settings
    if here.database_url and not vault.has_key:
        return f"set AJAR_SECRET_KEY, or do this where the server keeps its {FILE}"
    try:
        if known:
            vault.open(known.encode())
    except Locked as error:
        return str(error)
    return None


def shut(vault: Vault, key: str | None) -> str | None:
    return vault.seal(key).decode() if key and not key.startswith("gAAAAA") else key
