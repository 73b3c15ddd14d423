//! Workgroups: whose settings decide where a result goes.

/// A workgroup.
#[derive(Debug, Clone)]
pub struct Workgroup {
    /// Its name.
    pub name: String,
    /// Its description; empty: none.
    pub description: String,
    /// Whether its settings override those of a request.
    pub enforced: bool,
    /// Its result location, ending in `/`.
    pub output: Option<String>,
    /// Whether results are kept by Athena instead (managed query results).
    pub managed: bool,
    /// The most bytes that a statement may read.
    pub cutoff: Option<u64>,
    /// Whether it takes statements.
    pub enabled: bool,
}

impl Workgroup {
    /// A workgroup without settings.
    pub fn named(name: &str) -> Self {
        Self {
            name: name.to_owned(),
            description: String::new(),
            enforced: false,
            output: None,
            managed: false,
            cutoff: None,
            enabled: true,
        }
    }

    /// A workgroup with a result location that requests may override.
    pub fn with_output(name: &str, output: &str) -> Self {
        Self { output: Some(output.to_owned()), ..Self::named(name) }
    }

    /// A workgroup that enforces its result location.
    pub fn enforcing(name: &str, output: &str) -> Self {
        Self { enforced: true, ..Self::with_output(name, output) }
    }

    /// A workgroup whose results Athena keeps.
    pub fn managed(name: &str) -> Self {
        Self { managed: true, enforced: true, ..Self::named(name) }
    }
}
