//! The embedded engine: a small Athena over local folders.
