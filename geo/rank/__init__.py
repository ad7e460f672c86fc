"""Rank 评分: what units of land or projects score, and how far the ranking can be defended."""
