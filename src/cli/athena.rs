//! Athena for the command line: what its settings make.

use miette::miette;

use super::engine::AthenaSettings;
use super::session::Failure;
use crate::engine::athena::{AthenaOptions, PRIMARY};

/// The options of an engine as the settings say.
///
/// # Errors
///
/// The settings make no sense.
pub fn options(settings: &AthenaSettings) -> Result<AthenaOptions, Failure> {
    let encryption = settings.encryption.as_deref().map(str::parse).transpose();
    let encryption = encryption.map_err(|expected: String| miette!(help = expected, "the encryption is not one"))?;
    Ok(AthenaOptions {
        region: settings.region.clone(),
        profile: settings.profile.clone(),
        workgroup: settings.workgroup.clone().unwrap_or_else(|| PRIMARY.to_owned()),
        catalog: settings.data_catalog.clone(),
        output: settings.output_location.clone(),
        encryption,
        expected_bucket_owner: settings.expected_bucket_owner.clone(),
        slots: settings.slots,
        ..AthenaOptions::new(settings.database())
    })
}

/// The settings with what the environment says besides: another shell may take up what this one began.
pub fn in_use(settings: &AthenaSettings, region: &str, output: Option<&str>) -> AthenaSettings {
    let profile = std::env::var("AWS_PROFILE").ok().filter(|profile| !profile.is_empty());
    AthenaSettings {
        region: Some(region.to_owned()),
        profile: settings.profile.clone().or(profile),
        // The workgroup's own may be another by then.
        output_location: output.map(str::to_owned),
        ..settings.clone()
    }
}
