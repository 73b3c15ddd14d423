//! A Trino for the command line: its settings, and what they make. What proves who asks comes from the environment
//! alone, and is written nowhere.

#[cfg(any(feature = "athena", feature = "trino"))]
use std::env;
use std::path::{Path, PathBuf};

use clap::Args;
#[cfg(feature = "trino")]
use miette::miette;
use serde::Deserialize;

#[cfg(any(feature = "athena", feature = "trino"))]
use super::engine::AthenaSettings;
#[cfg(feature = "trino")]
use super::session::Failure;
#[cfg(any(feature = "athena", feature = "trino"))]
use crate::cost::Price;
#[cfg(feature = "trino")]
use crate::engine::trino::{Authentication, TrinoOptions};
#[cfg(feature = "trino")]
use crate::types::Dialect;

/// How a Trino is reached. On the command line the options of S3 are those of Athena: --region, --profile,
/// --output-location, --encryption, --expected-bucket-owner, --slots and --no-listing.
#[derive(Debug, Clone, Default, PartialEq, Args, Deserialize)]
#[serde(rename_all = "kebab-case", deny_unknown_fields, default)]
#[command(next_help_heading = "Trino (with the options of S3 above)")]
pub struct TrinoSettings {
    /// Where the coordinator answers: https://HOST, or http://HOST:8080
    #[arg(long, value_name = "URL")]
    pub server: Option<String>,
    /// The certificates (PEM) of the authorities that may vouch for the server (default: the system's)
    #[arg(long, value_name = "FILE")]
    pub ca_file: Option<PathBuf>,
    /// Who asks (default: USER); the variable TRINO_PASSWORD proves it, or TRINO_TOKEN, a JSON web token
    #[arg(long, value_name = "NAME")]
    pub user: Option<String>,
    /// The catalog for tables named without one, one of the Hive connector's (default: hive)
    #[arg(long, value_name = "NAME")]
    #[serde(rename = "catalog")]
    pub trino_catalog: Option<String>,
    /// The schema for tables named without one, in which the run makes its own (default: default)
    #[arg(long, value_name = "NAME")]
    pub schema: Option<String>,
    /// What reading a terabyte costs there, in dollars (default: no price is known)
    #[arg(long, value_name = "DOLLARS")]
    pub price_per_tb: Option<f64>,
    #[arg(skip)]
    pub output_location: Option<String>,
    #[arg(skip)]
    pub region: Option<String>,
    #[arg(skip)]
    pub profile: Option<String>,
    #[arg(skip)]
    pub encryption: Option<String>,
    #[arg(skip)]
    pub expected_bucket_owner: Option<String>,
    #[arg(skip)]
    pub slots: Option<usize>,
    #[arg(skip)]
    pub no_listing: bool,
}

impl TrinoSettings {
    /// The settings of a configuration file, whose paths are relative to its folder.
    #[must_use]
    pub fn within(self, folder: &Path) -> TrinoSettings {
        TrinoSettings { ca_file: self.ca_file.map(|file| folder.join(file)), ..self }
    }
}

#[cfg(any(feature = "athena", feature = "trino"))]
impl TrinoSettings {
    /// The settings of a command line, whose options of S3 are `shared`, over those of a configuration file.
    #[must_use]
    pub fn over(&self, shared: &AthenaSettings, other: &TrinoSettings) -> TrinoSettings {
        let either = |own: &Option<String>, other: &Option<String>| own.clone().or_else(|| other.clone());
        TrinoSettings {
            server: either(&self.server, &other.server),
            ca_file: self.ca_file.clone().or_else(|| other.ca_file.clone()),
            user: either(&self.user, &other.user),
            trino_catalog: either(&self.trino_catalog, &other.trino_catalog),
            schema: either(&self.schema, &other.schema),
            price_per_tb: self.price_per_tb.or(other.price_per_tb),
            output_location: either(&shared.output_location, &other.output_location),
            region: either(&shared.region, &other.region),
            profile: either(&shared.profile, &other.profile),
            encryption: either(&shared.encryption, &other.encryption),
            expected_bucket_owner: either(&shared.expected_bucket_owner, &other.expected_bucket_owner),
            slots: shared.slots.or(other.slots),
            no_listing: shared.no_listing || other.no_listing,
        }
    }

    /// The settings with what the environment says besides: another shell may take up what this one began.
    #[must_use]
    pub fn in_use(&self) -> TrinoSettings {
        let named = |name: &str| env::var(name).ok().filter(|value| !value.is_empty());
        TrinoSettings {
            // Another shell may stand in another folder.
            ca_file: self.ca_file.as_ref().map(|file| std::path::absolute(file).unwrap_or_else(|_| file.clone())),
            user: Some(self.user()),
            region: self.region.clone().or_else(|| named("AWS_REGION")),
            profile: self.profile.clone().or_else(|| named("AWS_PROFILE")),
            ..self.clone()
        }
    }

    /// The settings that a run is taken up with, by name; those that nobody gave are left out.
    pub fn pairs(&self) -> Vec<(String, String)> {
        let (slots, price) =
            (self.slots.map(|slots| slots.to_string()), self.price_per_tb.map(|price| price.to_string()));
        let ca_file = self.ca_file.as_ref().map(|file| file.to_string_lossy().into_owned());
        let named = [
            ("server", &self.server),
            ("ca-file", &ca_file),
            ("user", &self.user),
            ("catalog", &self.trino_catalog),
            ("schema", &self.schema),
            ("price-per-tb", &price),
            ("output-location", &self.output_location),
            ("region", &self.region),
            ("profile", &self.profile),
            ("encryption", &self.encryption),
            ("expected-bucket-owner", &self.expected_bucket_owner),
            ("slots", &slots),
        ];
        named.into_iter().filter_map(|(name, value)| Some((name.to_owned(), value.clone()?))).collect()
    }

    /// The settings of [`TrinoSettings::pairs`].
    pub fn from_pairs(pairs: &[(String, String)]) -> Self {
        let named = |wanted: &str| pairs.iter().find(|(name, _)| name == wanted).map(|(_, value)| value.clone());
        TrinoSettings {
            server: named("server"),
            ca_file: named("ca-file").map(PathBuf::from),
            user: named("user"),
            trino_catalog: named("catalog"),
            schema: named("schema"),
            price_per_tb: named("price-per-tb").and_then(|price| price.parse().ok()),
            output_location: named("output-location"),
            region: named("region"),
            profile: named("profile"),
            encryption: named("encryption"),
            expected_bucket_owner: named("expected-bucket-owner"),
            slots: named("slots").and_then(|slots| slots.parse().ok()),
            // A plan that is taken up is compiled.
            no_listing: true,
        }
    }

    /// The schema for tables named without one.
    pub fn schema(&self) -> &str {
        self.schema.as_deref().unwrap_or("default")
    }

    /// What reading costs there.
    pub fn price(&self) -> Price {
        self.price_per_tb
            .map_or(Price::UNKNOWN, |dollars_per_terabyte| Price { dollars_per_terabyte, minimum_bytes: 0 })
    }

    fn user(&self) -> String {
        let named = || env::var("USER").ok().filter(|name| !name.is_empty());
        self.user.clone().or_else(named).unwrap_or_else(|| "athplan".to_owned())
    }
}

/// The options of an engine as the settings and the environment say.
///
/// # Errors
///
/// The settings make no sense, or name no server.
#[cfg(feature = "trino")]
pub fn options(settings: &TrinoSettings, dialect: Dialect) -> Result<TrinoOptions, Failure> {
    let secret = |name: &str| env::var(name).ok().filter(|value| !value.is_empty());
    let Some(server) = &settings.server else {
        let help = "give --server https://HOST, or `server` under [trino] in athplan.toml";
        return Err(miette!(help = help, "nothing says where the Trino is").into());
    };
    let authentication = match (secret("TRINO_PASSWORD"), secret("TRINO_TOKEN")) {
        (Some(_), Some(_)) => {
            let help = "unset the one that the server does not ask for";
            return Err(miette!(help = help, "TRINO_PASSWORD and TRINO_TOKEN are both set").into());
        }
        (Some(password), None) => Authentication::Password(password),
        (None, Some(token)) => Authentication::Token(token),
        (None, None) => Authentication::None,
    };
    if settings.price_per_tb.is_some_and(|price| !price.is_finite() || price < 0.0) {
        return Err(miette!(help = "write dollars, such as 1.50", "--price-per-tb is no price").into());
    }
    let encryption = settings.encryption.as_deref().map(str::parse).transpose();
    let encryption = encryption.map_err(|expected: String| miette!(help = expected, "the encryption is not one"))?;
    let own = TrinoOptions::new(server, settings.user());
    Ok(TrinoOptions {
        ca_file: settings.ca_file.clone(),
        authentication,
        catalog: settings.trino_catalog.clone().unwrap_or(own.catalog),
        schema: settings.schema().to_owned(),
        output: settings.output_location.clone(),
        dialect,
        region: settings.region.clone(),
        profile: settings.profile.clone(),
        encryption,
        expected_bucket_owner: settings.expected_bucket_owner.clone(),
        slots: settings.slots,
        ..own
    })
}

#[cfg(all(test, any(feature = "athena", feature = "trino")))]
mod tests {
    use super::{AthenaSettings, TrinoSettings};

    #[test]
    fn a_run_is_taken_up_with_what_it_was_begun_with() {
        let text = "server = 'https://t'\nca-file = '/c/ca.pem'\nuser = 'bob'\ncatalog = 'lake'\nschema = 's'\nprice-per-tb = 1.5\noutput-location = 's3://o/'\nslots = 3";
        let file: TrinoSettings = toml::from_str(text).expect("settings");
        let shared = AthenaSettings {
            output_location: Some("s3://p/".to_owned()),
            no_listing: true,
            ..AthenaSettings::default()
        };
        let whole = TrinoSettings { schema: Some("other".to_owned()), ..TrinoSettings::default() }.over(&shared, &file);
        assert_eq!((whole.schema(), whole.output_location.as_deref()), ("other", Some("s3://p/")));
        assert_eq!(TrinoSettings::from_pairs(&whole.pairs()), whole);
        assert!(toml::from_str::<TrinoSettings>("password = 'x'").is_err());
    }
}
