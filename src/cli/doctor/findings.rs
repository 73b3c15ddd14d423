//! Findings as lines: the verdict, what was looked at, what was found, and below it how to mend it.

use crate::engine::athena::Finding;

/// Findings for people.
pub fn text(findings: &[Finding]) -> String {
    findings.iter().map(line).collect()
}

/// One finding.
pub fn line(finding: &Finding) -> String {
    let lines = |text: &str| text.lines().map(str::trim_end).collect::<Vec<_>>().join("\n         ");
    let mut text = format!("{:<8} {}: {}\n", finding.verdict.word(), finding.name, lines(&finding.said));
    if let Some(help) = finding.help.as_deref().filter(|help| !help.is_empty()) {
        text.push_str(&format!("         help: {}\n", lines(help)));
    }
    text
}

#[cfg(test)]
mod tests {
    use super::text;
    use crate::engine::athena::Finding;
    use crate::engine::{EngineError, ErrorClass};

    #[test]
    fn findings_are_lines_with_help_below() {
        let error = EngineError::new(ErrorClass::Configuration, "no Region is set").with_help("give --region\nor so");
        let findings = [
            Finding::ok("credentials", "environment variables"),
            Finding::failed("region", error),
            Finding::skipped("output"),
        ];
        let expected = "ok       credentials: environment variables\nfailed   region: no Region is set\n         help: give \
                        --region\n         or so\nskipped  output: not looked at\n";
        assert_eq!(text(&findings), expected);
    }
}
