//! Which engine runs a spec, and how it is reached: from the command line, else from `athplan.toml`.

use clap::{Args, ValueEnum};
use miette::{Report, miette};
use serde::Deserialize;

use super::trino::TrinoSettings;

#[cfg(any(feature = "local", feature = "athena", feature = "trino"))]
use crate::engine::EngineError;

/// The engines by name.
#[derive(Debug, Clone, Copy, PartialEq, Eq, ValueEnum, Deserialize)]
#[serde(rename_all = "lowercase")]
pub enum EngineName {
    /// The embedded engine, over local folders.
    Local,
    /// Amazon Athena.
    Athena,
    /// A Trino of the user's own.
    Trino,
}

/// Which engine, and how it is reached.
#[derive(Debug, Clone, Default, Args)]
pub struct EngineOptions {
    /// Where statements run: the embedded engine over local folders (the default), Athena, or a Trino of your own
    #[arg(long, value_name = "local|athena|trino")]
    pub engine: Option<EngineName>,
    #[command(flatten)]
    pub athena: AthenaSettings,
    #[command(flatten)]
    pub trino: TrinoSettings,
}

/// How Athena is reached. Who asks follows from the environment as for every program of AWS:
/// variables, profile, single sign-on, role, instance.
#[derive(Debug, Clone, Default, PartialEq, Eq, Args, Deserialize)]
#[serde(rename_all = "kebab-case", deny_unknown_fields, default)]
#[command(next_help_heading = "Athena, and S3")]
pub struct AthenaSettings {
    /// The Region (default: AWS_REGION, or the profile's)
    #[arg(long, value_name = "REGION")]
    pub region: Option<String>,
    /// The profile of the AWS configuration (default: AWS_PROFILE)
    #[arg(long, value_name = "NAME")]
    pub profile: Option<String>,
    /// The workgroup (default: primary)
    #[arg(long, value_name = "NAME")]
    pub workgroup: Option<String>,
    /// The data catalog (default: AwsDataCatalog)
    #[arg(long, value_name = "NAME")]
    pub data_catalog: Option<String>,
    /// The database for tables named without one, in which the run makes its own (default: default)
    #[arg(long, value_name = "NAME")]
    pub database: Option<String>,
    /// The location under which the run writes (default on Athena: the workgroup's)
    #[arg(long, value_name = "S3")]
    pub output_location: Option<String>,
    /// How what is written is encrypted (default: as the bucket says)
    #[arg(long, value_name = "SSE_S3|SSE_KMS=KEY|CSE_KMS=KEY")]
    pub encryption: Option<String>,
    /// The account that must own the bucket of the output location
    #[arg(long, value_name = "ACCOUNT")]
    pub expected_bucket_owner: Option<String>,
    /// How many statements run side by side
    #[arg(long, value_name = "N")]
    pub slots: Option<usize>,
    /// Plans without listing the tables' files: sizes are unknown then
    #[arg(long)]
    pub no_listing: bool,
}

impl EngineOptions {
    /// The engine, once the configuration file has been asked too.
    pub fn name(&self, configured: Option<EngineName>) -> EngineName {
        self.engine.or(configured).unwrap_or(EngineName::Local)
    }
}

impl AthenaSettings {
    /// These settings, and where they say nothing, others.
    #[must_use]
    pub fn or(&self, other: &AthenaSettings) -> AthenaSettings {
        let either = |own: &Option<String>, other: &Option<String>| own.clone().or_else(|| other.clone());
        AthenaSettings {
            region: either(&self.region, &other.region),
            profile: either(&self.profile, &other.profile),
            workgroup: either(&self.workgroup, &other.workgroup),
            data_catalog: either(&self.data_catalog, &other.data_catalog),
            database: either(&self.database, &other.database),
            output_location: either(&self.output_location, &other.output_location),
            encryption: either(&self.encryption, &other.encryption),
            expected_bucket_owner: either(&self.expected_bucket_owner, &other.expected_bucket_owner),
            slots: self.slots.or(other.slots),
            no_listing: self.no_listing || other.no_listing,
        }
    }

    /// The settings that a run is taken up with, by name; those that nobody gave are left out.
    #[cfg(any(feature = "athena", feature = "trino"))]
    pub fn pairs(&self) -> Vec<(String, String)> {
        let slots = self.slots.map(|slots| slots.to_string());
        let named = [
            ("region", &self.region),
            ("profile", &self.profile),
            ("workgroup", &self.workgroup),
            ("data-catalog", &self.data_catalog),
            ("database", &self.database),
            ("output-location", &self.output_location),
            ("encryption", &self.encryption),
            ("expected-bucket-owner", &self.expected_bucket_owner),
            ("slots", &slots),
        ];
        named.into_iter().filter_map(|(name, value)| Some((name.to_owned(), value.clone()?))).collect()
    }

    /// The settings of [`AthenaSettings::pairs`].
    #[cfg(any(feature = "athena", feature = "trino"))]
    pub fn from_pairs(pairs: &[(String, String)]) -> Self {
        let named = |wanted: &str| pairs.iter().find(|(name, _)| name == wanted).map(|(_, value)| value.clone());
        AthenaSettings {
            region: named("region"),
            profile: named("profile"),
            workgroup: named("workgroup"),
            data_catalog: named("data-catalog"),
            database: named("database"),
            output_location: named("output-location"),
            encryption: named("encryption"),
            expected_bucket_owner: named("expected-bucket-owner"),
            slots: named("slots").and_then(|slots| slots.parse().ok()),
            // A plan that is taken up is compiled.
            no_listing: true,
        }
    }

    /// The database for tables named without one.
    pub fn database(&self) -> &str {
        self.database.as_deref().unwrap_or("default")
    }
}

/// An engine's error for people, with its way out.
#[cfg(any(feature = "local", feature = "athena", feature = "trino"))]
pub fn report(error: &EngineError) -> Report {
    match &error.help {
        Some(help) => miette!(help = help.clone(), "{}", error.message),
        None => miette!("{}", error.message),
    }
}

/// The error of an engine that this program was built without.
#[cfg(not(all(feature = "local", feature = "athena", feature = "trino")))]
pub fn missing(name: &str) -> Report {
    miette!(
        help = format!("build it with cargo install --features {name}"),
        "this athplan was built without the engine `{name}`"
    )
}
