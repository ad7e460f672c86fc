"""What leaves the study: tables, workbooks, maps."""
