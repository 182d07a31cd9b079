//! The client of a request: its address and browser.

use std::{
    convert::Infallible,
    net::{IpAddr, Ipv4Addr, SocketAddr},
};

use axum::{
    extract::FromRequestParts,
    http::{HeaderMap, header, request::Parts},
};
use ipnet::IpNet;

use crate::{config::is_in, store::audit::By};

/// The client of a request.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Client {
    /// The address at the other end of the connection.
    pub peer: IpAddr,
    /// The client's address: that of the peer or, if the peer is a trusted proxy, the one from `X-Forwarded-For`.
    pub address: IpAddr,
    /// Whether the request has a forwarding header.
    pub forwarded: bool,
    /// The `User-Agent`, at most 200 characters.
    pub user_agent: String,
}

/// The address at the other end of the connection. The accept loop adds it to each request.
#[derive(Clone, Copy, Debug)]
pub struct Peer(pub SocketAddr);

impl Client {
    /// The actor for the audit log: the person with this e-mail address, at this client.
    #[must_use]
    pub fn by(&self, email: &str) -> By {
        By::person(email, self.address)
    }

    pub(crate) fn of(peer: IpAddr, headers: &HeaderMap, trusted: &[IpNet]) -> Self {
        // Parsed as bytes, so that a hop that is not text does not hide the others.
        let named = headers.get_all("x-forwarded-for").iter();
        let chain: Vec<&[u8]> = named.flat_map(|value| value.as_bytes().split(|byte| *byte == b',')).collect();
        let mut address = peer;
        // From the nearest hop outwards: each trusted proxy vouches for the hop before it.
        for hop in chain.into_iter().rev() {
            if !is_in(trusted, address) {
                break;
            }
            let Some(next) = hop_address(hop) else { break };
            address = next;
        }
        let text = headers.get(header::USER_AGENT).and_then(|value| value.to_str().ok()).unwrap_or_default();
        let forwarded =
            ["forwarded", "x-forwarded-for", "x-real-ip", "via"].iter().any(|name| headers.contains_key(*name));
        Self { peer, address, forwarded, user_agent: text.chars().take(200).collect() }
    }

    /// Whether the request was forwarded by a proxy that is not configured as trusted. All clients behind such a proxy
    /// appear to have the proxy's address.
    pub(crate) fn is_unannounced(&self, trusted: &[IpNet]) -> bool {
        self.forwarded && !is_in(trusted, self.peer)
    }
}

/// Parses a hop of `X-Forwarded-For`: an address, to which some proxies add a port.
fn hop_address(hop: &[u8]) -> Option<IpAddr> {
    let text = std::str::from_utf8(hop).ok()?.trim();
    let bare = text.strip_prefix('[').and_then(|text| text.strip_suffix(']')).unwrap_or(text);
    let address = bare.parse().ok().or_else(|| text.parse::<SocketAddr>().ok().map(|with_port| with_port.ip()))?;
    Some(address.to_canonical())
}

impl<S: Sync> FromRequestParts<S> for Client {
    type Rejection = Infallible;

    async fn from_request_parts(parts: &mut Parts, _: &S) -> Result<Self, Infallible> {
        let unknown = || Self::of(Ipv4Addr::UNSPECIFIED.into(), &parts.headers, &[]);
        Ok(parts.extensions.get::<Self>().cloned().unwrap_or_else(unknown))
    }
}

#[cfg(test)]
pub(crate) mod tests {
    use axum::http::HeaderValue;

    use super::*;

    pub(crate) fn headers(list: &[(&'static str, &'static str)]) -> HeaderMap {
        list.iter().map(|(name, value)| (name.parse().unwrap(), HeaderValue::from_static(value))).collect()
    }

    #[test]
    fn x_forwarded_for_is_used_only_if_a_trusted_proxy_sent_it() {
        let settings = "10.0.0.0/8";
        let trusted = [crate::config::network(settings).unwrap()];
        let list = headers(&[("x-forwarded-for", "198.51.100.1, 203.0.113.9, 10.0.0.2")]);
        let of = |peer: [u8; 4]| Client::of(peer.into(), &list, &trusted).address;
        assert_eq!(of([10, 0, 0, 1]), IpAddr::from([203, 0, 113, 9]));
        assert_eq!(of([192, 0, 2, 1]), IpAddr::from([192, 0, 2, 1]));
    }

    #[test]
    fn a_forwarding_chain_is_followed_only_while_each_hop_is_trusted() {
        let trusted = ["10.0.0.0/8", "2001:db8::/32"].map(|network| crate::config::network(network).unwrap());
        let proxy = IpAddr::from([10, 0, 0, 1]);
        let of = |chain: &[&[u8]]| {
            let value = |value: &&[u8]| ("x-forwarded-for".parse().unwrap(), HeaderValue::from_bytes(value).unwrap());
            Client::of(proxy, &chain.iter().map(value).collect(), &trusted).address.to_string()
        };
        for (chain, address) in [
            (&[&b"203.0.113.9"[..]][..], "203.0.113.9"),
            // Addresses that the client itself claims stand before the one that the proxy adds.
            (&[b"10.0.0.9, 203.0.113.9"], "203.0.113.9"),
            (&[b"10.0.0.9", b"203.0.113.9"], "203.0.113.9"),
            (&[b"\xff\xfe, 203.0.113.9"], "203.0.113.9"),
            (&[b"203.0.113.9, 10.0.0.2, 10.0.0.3"], "203.0.113.9"),
            (&[b"203.0.113.9, 198.51.100.1, 10.0.0.3"], "198.51.100.1"),
            (&[b"2001:4860::1, 2001:db8::7"], "2001:4860::1"),
            (&[b"::ffff:203.0.113.9"], "203.0.113.9"),
            (&[b"203.0.113.9, ::ffff:10.0.0.2"], "203.0.113.9"),
            (&[b"203.0.113.9:4711"], "203.0.113.9"),
            (&[b"[2001:4860::1]:4711"], "2001:4860::1"),
            (&[b"[2001:4860::1]"], "2001:4860::1"),
            // A hop that is not an address ends the chain.
            (&[b"203.0.113.9, unknown"], "10.0.0.1"),
            (&[b""], "10.0.0.1"),
            (&[b",,,"], "10.0.0.1"),
        ] {
            assert_eq!(of(chain), address, "{chain:?}");
        }
    }

    #[test]
    fn no_other_header_sets_the_client_address() {
        let trusted = [crate::config::network("10.0.0.0/8").unwrap()];
        let list = headers(&[
            ("forwarded", "for=203.0.113.9"),
            ("x-real-ip", "203.0.113.9"),
            ("cf-connecting-ip", "203.0.113.9"),
            ("true-client-ip", "203.0.113.9"),
        ]);
        let client = Client::of([10, 0, 0, 1].into(), &list, &trusted);
        assert_eq!((client.address, client.forwarded), (client.peer, true));
    }
}
