"""What a specialty plugin says about its procedures, as typed data."""
