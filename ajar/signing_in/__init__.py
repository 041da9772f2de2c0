"""How people sign in: passwords, second factors, an identity provider, and what keeps them in."""
