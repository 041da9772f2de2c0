"""HTTP, one of the users of the operations: it knows nothing of any resource."""
