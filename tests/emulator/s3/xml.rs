//! The little XML that S3 speaks: elements with texts, written escaped and read back.

/// The declaration in front of every document.
pub const DECLARATION: &str = "<?xml version=\"1.0\" encoding=\"UTF-8\"?>\n";

/// An element that holds a text.
pub fn element(name: &str, text: &str) -> String {
    format!("<{name}>{}</{name}>", escaped(text))
}

/// The texts of all elements of a name, wherever they stand.
pub fn texts(document: &str, name: &str) -> Vec<String> {
    let (opening, closing) = (format!("<{name}>"), format!("</{name}>"));
    let parts = document.split(&opening).skip(1);
    parts.filter_map(|part| part.split_once(&closing)).map(|(text, _)| unescaped(text)).collect()
}

fn escaped(text: &str) -> String {
    let text = text.replace('&', "&amp;").replace('<', "&lt;").replace('>', "&gt;").replace('"', "&quot;");
    text.replace('\r', "&#13;")
}

fn unescaped(text: &str) -> String {
    let text = text.replace("&lt;", "<").replace("&gt;", ">").replace("&quot;", "\"").replace("&apos;", "'");
    text.replace("&#13;", "\r").replace("&amp;", "&")
}
