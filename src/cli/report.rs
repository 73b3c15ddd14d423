//! Errors as a terminal may show them.
//!
//! An error quotes names, values and lines of files, and who wrote them may have put characters in that
//! hide or that command the terminal. So what is printed is a copy of the report in which all of them
//! are escaped, in the lines of the source too, and whose labels point to where things stand then.

use std::fmt;

use miette::{Diagnostic, LabeledSpan, NamedSource, Report, Severity, SourceCode, SourceSpan};

use super::output::escape;
use crate::emit::hidden;

/// The copy of a report that may be printed.
pub(super) fn shown(report: &Report) -> Report {
    let diagnostic: &dyn Diagnostic = report.as_ref();
    Report::new(Shown::new(diagnostic, None))
}

/// A diagnostic without hidden characters.
#[derive(Debug)]
struct Shown {
    message: String,
    code: Option<String>,
    help: Option<String>,
    url: Option<String>,
    severity: Option<Severity>,
    source_code: Option<NamedSource<String>>,
    labels: Vec<LabeledSpan>,
    related: Vec<Shown>,
    cause: Option<Box<Cause>>,
}

/// What an error comes from.
#[derive(Debug)]
struct Cause {
    message: String,
    cause: Option<Box<Cause>>,
}

impl Shown {
    /// The copy; labels of a diagnostic without a source of its own point into the one around it.
    fn new(diagnostic: &dyn Diagnostic, around: Option<&dyn SourceCode>) -> Self {
        let code = diagnostic.source_code().or(around);
        let text = code.and_then(Text::read);
        let labels = diagnostic.labels().into_iter().flatten();
        let labels = labels.map(|label| match &text {
            Some(text) => text.label(&label),
            None => label,
        });
        Self {
            message: lines(&diagnostic.to_string()),
            code: diagnostic.code().map(|code| lines(&code.to_string())),
            help: diagnostic.help().map(|help| lines(&help.to_string())),
            url: diagnostic.url().map(|url| lines(&url.to_string())),
            severity: diagnostic.severity(),
            labels: labels.collect(),
            source_code: text.map(|text| NamedSource::new(text.name, text.shown)),
            related: diagnostic.related().into_iter().flatten().map(|other| Shown::new(other, code)).collect(),
            cause: std::error::Error::source(diagnostic).map(|cause| Box::new(Cause::new(cause))),
        }
    }
}

impl Cause {
    fn new(error: &dyn std::error::Error) -> Self {
        Self { message: lines(&error.to_string()), cause: error.source().map(|cause| Box::new(Cause::new(cause))) }
    }
}

/// A source as it is shown, and where its characters stand in it.
struct Text {
    name: String,
    shown: String,
    /// Behind each escape: the place in the source, and in what is shown.
    places: Vec<(usize, usize)>,
}

impl Text {
    /// All of a source; none if it cannot be read.
    fn read(code: &dyn SourceCode) -> Option<Self> {
        let contents = code.read_span(&SourceSpan::from((0, 0)), 0, usize::MAX).ok()?;
        let text = std::str::from_utf8(contents.data()).ok()?;
        // The return of a line that ends as on Windows hides nothing, and nothing else needs it.
        let (shown, places) = escape::with_places(text, |character| matches!(character, '\n' | '\t' | '\r'));
        let lone = |at: usize| !shown[at + 1..].starts_with('\n');
        let name = escape::visible(contents.name().unwrap_or_default(), |_| false);
        if shown.match_indices('\r').any(|(at, _)| lone(at)) {
            let (shown, places) = escape::with_places(text, |character| matches!(character, '\n' | '\t'));
            return Some(Self { name, shown, places });
        }
        Some(Self { name, shown, places })
    }

    fn label(&self, label: &LabeledSpan) -> LabeledSpan {
        let (start, end) = (self.place(label.offset()), self.place(label.offset() + label.len()));
        let words = label.label().map(lines);
        let span = SourceSpan::from((start, end - start));
        match label.primary() {
            true => LabeledSpan::new_primary_with_span(words, span),
            false => LabeledSpan::new_with_span(words, span),
        }
    }

    /// Where a place of the source is in what is shown.
    fn place(&self, at: usize) -> usize {
        let behind = self.places.partition_point(|(place, _)| *place <= at);
        match behind.checked_sub(1).and_then(|last| self.places.get(last)) {
            Some((place, shown)) => shown + (at - place),
            None => at,
        }
    }
}

/// A text of several lines. Whoever wrote it may have escaped what it quotes already, so that a
/// backslash stands for itself.
fn lines(text: &str) -> String {
    let mut shown = String::with_capacity(text.len());
    for character in text.chars() {
        if hidden(character) && character != '\n' {
            escape::push(&mut shown, character);
        } else {
            shown.push(character);
        }
    }
    shown
}

impl fmt::Display for Shown {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(&self.message)
    }
}

impl fmt::Display for Cause {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(&self.message)
    }
}

impl std::error::Error for Shown {
    fn source(&self) -> Option<&(dyn std::error::Error + 'static)> {
        self.cause.as_deref().map(|cause| cause as _)
    }
}

impl std::error::Error for Cause {
    fn source(&self) -> Option<&(dyn std::error::Error + 'static)> {
        self.cause.as_deref().map(|cause| cause as _)
    }
}

impl Diagnostic for Shown {
    fn code(&self) -> Option<Box<dyn fmt::Display + '_>> {
        self.code.as_ref().map(|code| Box::new(code) as _)
    }

    fn severity(&self) -> Option<Severity> {
        self.severity
    }

    fn help(&self) -> Option<Box<dyn fmt::Display + '_>> {
        self.help.as_ref().map(|help| Box::new(help) as _)
    }

    fn url(&self) -> Option<Box<dyn fmt::Display + '_>> {
        self.url.as_ref().map(|url| Box::new(url) as _)
    }

    fn source_code(&self) -> Option<&dyn SourceCode> {
        self.source_code.as_ref().map(|code| code as _)
    }

    fn labels(&self) -> Option<Box<dyn Iterator<Item = LabeledSpan> + '_>> {
        (!self.labels.is_empty()).then(|| Box::new(self.labels.iter().cloned()) as _)
    }

    fn related(&self) -> Option<Box<dyn Iterator<Item = &dyn Diagnostic> + '_>> {
        let related = || self.related.iter().map(|other| other as &dyn Diagnostic);
        (!self.related.is_empty()).then(|| Box::new(related()) as _)
    }
}

#[cfg(test)]
mod tests {
    use miette::miette;

    use super::*;

    #[test]
    fn lines_names_and_labels_show_what_hides() {
        let text = "SELECT '\u{1b}[31m', -- \u{202e}\r\n  x\u{9b}y FROM t";
        let at = text.find('x').expect("it is there");
        let label = LabeledSpan::new(Some("here\u{7}".to_owned()), at, "x\u{9b}y".len());
        let report = miette!(labels = vec![label], help = "cast '\u{1b}'", "no column `x\u{9b}y`");
        let report = report.with_source_code(NamedSource::new("a\u{1b}.sql", text.to_owned()));
        let shown = shown(&report);
        assert_eq!(shown.to_string(), "no column `x\\u{9b}y`");
        assert_eq!(shown.help().expect("it has one").to_string(), "cast '\\u{1b}'");
        let code = shown.source_code().expect("it has one");
        let label = shown.labels().expect("it has one").next().expect("it has one");
        let part = code.read_span(label.inner(), 0, 0).expect("it is in the text");
        assert_eq!((part.data(), part.name()), ("x\\u{9b}y".as_bytes(), Some("a\\u{1b}.sql")));
        assert_eq!(label.label(), Some("here\\u{7}"));
        assert!(!format!("{shown:?}").chars().any(|character| hidden(character) && character != '\n'));
    }
}
