"""What each page shows, worked out once per run."""
