"""Who may see and do what: one table, one narrowing function."""
