//! Where an endpoint is: the address that a person wrote, taken apart once, so that what is sent and what is shown can't
//! differ.

use std::fmt;

use reqwest::Url;
use secrecy::SecretString;

/// An endpoint's base address, usually up to and with `/v1`.
///
/// Shown without what may be secret in it: user, password, and query.
#[derive(Clone)]
pub struct Address {
    /// Without user, password, query, and fragment; its path doesn't end in a slash.
    base: Url,
    query: Vec<(String, String)>,
    /// User and password, for servers behind a gate that asks for them.
    pub(super) login: Option<(String, SecretString)>,
}

/// The endpoint can't be used as it was named.
#[derive(Clone, Debug, PartialEq, Eq, thiserror::Error)]
pub enum BadEndpoint {
    /// It isn't the address of one.
    #[error("`{0}` is not the address of an endpoint")]
    Address(String),
    /// The key holds something that no header can hold.
    #[error("the key holds a line break or another character that can't be sent")]
    Key,
    /// Only one of the two can be sent.
    #[error("the address holds a password and there is a key as well: only one of them can be sent")]
    TwoKeys,
    /// The system doesn't give what a connection needs.
    #[error("can't open connections: {0}")]
    Client(String),
}

/// What people paste along with the base address.
const CALL: &str = "/chat/completions";

impl Address {
    /// Reads an address.
    ///
    /// # Errors
    ///
    /// When it can't be one.
    pub fn parse(text: &str) -> Result<Self, BadEndpoint> {
        let text = text.trim();
        // A password has no place in a message either.
        let bad = || BadEndpoint::Address(text.rsplit('@').next().unwrap_or_default().to_owned());
        let mut base = Url::parse(text).map_err(|_| bad())?;
        if !matches!(base.scheme(), "http" | "https") || base.host_str().is_none() {
            return Err(bad());
        }
        let login = match (base.username(), base.password()) {
            ("", None) => None,
            (user, password) => Some((decoded(user), decoded(password.unwrap_or_default()).into())),
        };
        let query = base.query_pairs().map(|(name, value)| (name.into_owned(), value.into_owned())).collect();
        base.set_username("").and_then(|()| base.set_password(None)).map_err(|()| bad())?;
        base.set_query(None);
        base.set_fragment(None);
        let path = base.path().trim_end_matches('/');
        let path = path.strip_suffix(CALL).unwrap_or(path).trim_end_matches('/').to_owned();
        base.set_path(&path);
        Ok(Self { base, query, login })
    }

    /// The address of a call, without the query.
    pub(super) fn call(&self, path: &str) -> String {
        format!("{self}{path}")
    }

    /// What every call has behind its `?`.
    pub(super) fn query(&self) -> &[(String, String)] {
        &self.query
    }

    /// Whether it is on this machine, so that no proxy has any business with it.
    pub fn is_loopback(&self) -> bool {
        let host = self.base.host_str().unwrap_or_default().trim_matches(['[', ']']);
        let host = host.trim_end_matches('.');
        host == "localhost"
            || host.ends_with(".localhost")
            || host.parse::<std::net::IpAddr>().is_ok_and(|ip| ip.is_loopback())
    }
}

/// Two addresses are the same where the same words would be sent to the same place.
impl PartialEq for Address {
    fn eq(&self, other: &Self) -> bool {
        (&self.base, &self.query) == (&other.base, &other.query)
    }
}

impl fmt::Display for Address {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(self.base.as_str().trim_end_matches('/'))
    }
}

impl fmt::Debug for Address {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "`{self}`")
    }
}

/// `%40` is how an `@` is written in a password.
fn decoded(text: &str) -> String {
    let mut bytes = vec![];
    let mut rest = text.as_bytes();
    while let [first, more @ ..] = rest {
        let code = more.get(..2).filter(|_| *first == b'%').and_then(|code| hex::decode(code).ok());
        match code.as_deref() {
            Some(&[byte]) => {
                bytes.push(byte);
                rest = &more[2..];
            }
            _ => {
                bytes.push(*first);
                rest = more;
            }
        }
    }
    String::from_utf8_lossy(&bytes).into_owned()
}

#[cfg(test)]
mod tests {
    use super::*;
    use secrecy::ExposeSecret;

    fn call(text: &str) -> String {
        Address::parse(text).unwrap().call("/models")
    }

    #[test]
    fn a_call_is_built_on_the_path_whatever_stands_around_it() {
        for text in [
            "http://x/v1",
            " http://x/v1/ \n",
            "http://x/v1?api-version=1",
            "http://x/v1#top",
            "http://me:pw@x/v1",
            "http://x/v1/chat/completions",
        ] {
            assert_eq!(call(text), "http://x/v1/models", "{text}");
        }
        assert_eq!(call("http://x"), "http://x/models");
        let address = Address::parse("http://x/v1?api-version=a%20b&c").unwrap();
        assert_eq!(address.query(), [("api-version".into(), "a b".into()), ("c".into(), String::new())]);
    }

    #[test]
    fn no_secret_of_an_address_is_ever_shown() {
        let address = Address::parse("https://me:s%40cret@host:8443/v1?key=s%40cret").unwrap();
        assert_eq!(format!("{address} {address:?}"), "https://host:8443/v1 `https://host:8443/v1`");
        let (user, password) = address.login.unwrap();
        assert_eq!((user.as_str(), password.expose_secret()), ("me", "s@cret"));
        assert_eq!(
            Address::parse("ftp://me:secret@host").unwrap_err().to_string(),
            "`host` is not the address of an endpoint"
        );
    }

    #[test]
    fn this_machine_is_known_by_all_its_names() {
        for (host, here) in [
            ("localhost", true),
            ("LOCALHOST:11434", true),
            ("api.localhost", true),
            ("127.0.0.1:8080", true),
            ("127.9.9.9", true),
            ("[::1]:8080", true),
            ("localhost.evil.com", false),
            ("10.0.0.1", false),
        ] {
            assert_eq!(Address::parse(&format!("http://{host}/v1")).unwrap().is_loopback(), here, "{host}");
        }
    }
}
