"""The make of a study: keys, stages in order, stored tables, and the doors results leave by."""
