//! The transport against small servers on this machine: what they do wrong, what we make of it.

mod caps;
mod http;
mod servers;
mod tls;
mod web_socket;

use mm_core::Clock;
use mm_net::{Net, NetConfig, Roots};

fn net(roots: Roots) -> Net {
    Net::new(Clock::system(), NetConfig { roots, ..NetConfig::default() }).expect("TLS can be set up")
}
