//! Transactions over the socket.

use super::{Heard, command::refuse};
use crate::{
    lighter::{
        server::errors::Refused,
        wire::{error::codes, stream::Command},
    },
    server::Outbound,
};

/// Takes a transaction in.
pub(super) fn send(heard: Heard<'_>, command: &Command<'_>, out: &mut Vec<Outbound>) {
    refuse(heard.conn, Refused::because(codes::SOCKET_NOT_SUPPORTED, &command.kind), out);
}
