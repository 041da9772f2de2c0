"""Ajar: an open-source CRM server that speaks the Close API."""

__version__ = "0.1.0"
