"""What clinics write, read for sentences that promise a result."""
