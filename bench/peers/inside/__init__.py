"""What runs within a measured command, beside or instead of a tool's own command."""
