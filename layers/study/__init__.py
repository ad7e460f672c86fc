"""The study folder: settings, inputs, runs."""
