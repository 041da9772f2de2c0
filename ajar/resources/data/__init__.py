"""What reaches across resources."""
