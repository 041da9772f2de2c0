"""OAuth 2: how users let programs act for them. The rules of the protocol are Authlib's; it is
shown what was read beforehand, and what it decides is written afterwards, as it does not wait."""
