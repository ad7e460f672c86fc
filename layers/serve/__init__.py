"""What is served beside the pages: tiles and the map library."""
