"""What files are held against before they are believed: systems, shapes, heights, ids."""
