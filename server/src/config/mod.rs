//! Thresholds and how files are chosen: the configuration.
