//! JSON paths as `json_extract` reads them.
