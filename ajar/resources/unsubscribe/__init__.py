"""What people do not want to get."""
