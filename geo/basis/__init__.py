"""What every room stands on: schema, areas, reasons, figures, progress, errors."""
