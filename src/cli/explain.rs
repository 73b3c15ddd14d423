//! `athplan explain`: what will run, which partitions, how many bytes, how many dollars.

use std::collections::BTreeMap;
use std::io::{IsTerminal as _, Write};
use std::path::PathBuf;

use clap::{Args, ValueEnum};
use miette::{IntoDiagnostic, Report, miette};

use super::engine::{EngineName, EngineOptions};
use super::options::{CompileOptions, given_once, pair};
use super::output::{visible_json, visible_lines};
use super::rows;
use super::session::{Failure, Session};
use crate::Compiled;
use crate::error::{Errors, exit};
use crate::explain::{Explaining, Stage, explain, stage, stage_json};

/// Shows what a spec will run, what it reads and what that costs, before anything runs.
#[derive(Debug, Args)]
pub struct Explain {
    #[command(flatten)]
    compile: CompileOptions,
    /// Driver rows of a FOREACH, as CSV with its key columns; gives figures instead of bounds
    #[arg(long = "rows", value_name = "STEP=FILE", value_parser = pair)]
    rows: Vec<(String, String)>,
    /// Shows one stage of the compiler instead
    #[arg(long, value_name = "STAGE")]
    stage: Option<StageName>,
    /// How to print
    #[arg(long, value_name = "FORMAT", default_value = "text")]
    format: ExplainFormat,
    /// Prints the least-privilege IAM policy for running the spec on Athena, as JSON
    ///
    /// It needs no access to AWS if every table is declared in the spec or a --catalog file, and --output-location is
    /// given; in a workgroup that enforces its own location for results, give that one. What is not known is written as
    /// `*`: the account without --account, the Region without --region or AWS_REGION. Narrow those, since `*` also
    /// allows a workgroup or table of the same name in other Regions. The run's own tables end in `__*`, which stands for
    /// its id. Not in the policy, since a plan does not say it: kms:Decrypt for logs that are encrypted with a key of
    /// your own, grants of Lake Formation, glue:DeleteTable for the deliverables of `run --replace`.
    #[arg(long, conflicts_with_all = ["rows", "stage"])]
    iam: bool,
    /// The account in the ARNs of --iam
    #[arg(long, value_name = "ACCOUNT", requires = "iam")]
    account: Option<String>,
    #[command(flatten)]
    engine: EngineOptions,
}

/// The stages by name.
#[derive(Debug, Clone, Copy, ValueEnum)]
enum StageName {
    Spec,
    Bound,
    Plan,
    Dag,
    Statements,
}

/// How an explanation is printed.
#[derive(Debug, Clone, Copy, ValueEnum)]
enum ExplainFormat {
    Text,
    Json,
}

impl StageName {
    fn stage(self) -> Stage {
        match self {
            StageName::Spec => Stage::Spec,
            StageName::Bound => Stage::Bound,
            StageName::Plan => Stage::Plan,
            StageName::Dag => Stage::Dag,
            StageName::Statements => Stage::Statements,
        }
    }
}

fn no_json() -> Report {
    miette!(help = "--stage plan, dag and statements have one", "this stage is shown to people only: it has no JSON")
}

impl Explain {
    /// Explains the spec on standard output.
    ///
    /// # Errors
    ///
    /// A spec that does not compile, or a file that cannot be read.
    pub fn run(&self, out: &mut dyn Write) -> Result<u8, Failure> {
        given_once("--rows", &self.rows).map_err(Failure::Usage)?;
        let session = Session::open(&self.compile)?;
        if self.iam {
            let settings = self.engine.athena.or(&session.config.athena);
            let text = super::policy::policy(&session, &self.compile, settings, self.account.clone())?;
            out.write_all(visible_json(&text).as_bytes())?;
            return Ok(exit::OK);
        }
        let mut explaining = Explaining { rows: BTreeMap::new(), ..Explaining::default() };
        let compiled = self.compiled(&session, &mut explaining)?;
        #[cfg(feature = "local")]
        if self.stage.is_none() && self.engine.name(session.config.engine) == EngineName::Local {
            let (dialect, now) = (self.compile.dialect, compiled.plan.settings.now_picos());
            let existing = crate::existing_tables(&compiled.plan.spec);
            let lacks = |statements: &[String]| crate::engine::local::lacks(statements, &existing, dialect, now);
            explaining.lacking = crate::run::lacking(&compiled, lacks)
                .map_err(|error| Failure::Spec(Errors::new(&session.source, [error])))?;
        }
        for (step, file) in &self.rows {
            explaining.rows.insert(step.clone(), rows::read(&compiled, step, &PathBuf::from(file))?);
        }
        let spec = |error| Failure::Spec(Errors::new(&session.source, [error]));
        let text = match (self.stage.map(StageName::stage), self.format) {
            (Some(which), ExplainFormat::Text) => {
                let text = stage(&compiled, &explaining, which).map_err(spec)?;
                // Statements are to be copied as they are, but not into a terminal's control.
                if std::io::stdout().is_terminal() { visible_lines(&text) } else { text }
            }
            (Some(which), ExplainFormat::Json) => match stage_json(&compiled, &explaining, which).map_err(spec)? {
                Some(value) => visible_json(&(serde_json::to_string_pretty(&value).into_diagnostic()? + "\n")),
                None => return Err(Failure::Usage(no_json())),
            },
            (None, ExplainFormat::Text) => {
                let text = explain(&compiled, &explaining).map_err(spec)?.text();
                // The names of folders come from outside.
                visible_lines(&text)
            }
            (None, ExplainFormat::Json) => {
                let tree = explain(&compiled, &explaining).map_err(spec)?.json();
                visible_json(&serde_json::to_string_pretty(&tree).into_diagnostic()?) + "\n"
            }
        };
        out.write_all(text.as_bytes())?;
        Ok(exit::OK)
    }

    #[cfg_attr(
        not(any(feature = "athena", feature = "trino")),
        allow(unused_variables, reason = "only an engine over a network says more than the plan")
    )]
    fn compiled(&self, session: &Session, explaining: &mut Explaining) -> Result<Compiled, Failure> {
        match self.engine.name(session.config.engine) {
            EngineName::Local => session.compile(&self.compile),
            #[cfg(any(feature = "athena", feature = "trino"))]
            EngineName::Athena | EngineName::Trino => {
                use crate::engine::Engine as _;

                let Some(settings) = session.live(&self.engine) else { return session.compile(&self.compile) };
                let live = super::live::Live::connect(settings.in_dialect(self.compile.dialect))?;
                let compiled = live.compile(session, &self.compile, false)?;
                explaining.price = live.engine.price();
                explaining.lacking = crate::run::lacking(&compiled, |statements| live.engine.lacks(statements))
                    .map_err(|error| Failure::Spec(Errors::new(&session.source, [error])))?;
                Ok(compiled)
            }
            #[cfg(not(any(feature = "athena", feature = "trino")))]
            EngineName::Athena => Err(super::engine::missing("athena").into()),
            #[cfg(not(any(feature = "athena", feature = "trino")))]
            EngineName::Trino => Err(super::engine::missing("trino").into()),
        }
    }
}
