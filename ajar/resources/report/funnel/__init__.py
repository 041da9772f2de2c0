"""How what is to be sold moves through its stages."""
