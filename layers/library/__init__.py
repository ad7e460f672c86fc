"""Shipped data, read and checked: standards, code lists, resources, uses."""
