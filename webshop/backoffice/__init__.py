"""Staff pages that look at several packages."""
