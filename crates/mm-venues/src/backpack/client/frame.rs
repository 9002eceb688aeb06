//! The streams: what we subscribe to, and what they tell.

use mm_model::{BookDelta, DecodeError, Event, MarketKind, PublicTrade, Side, Ticker, Timestamp, TradeId};
use serde_json::value::RawValue;

use super::{Client, depth::depth, levels::levels, report};
use crate::{
    backpack::{
        sign::{Instruction, write_end, write_instruction},
        wire::{
            OrderEvent, Text,
            private_stream::{BalanceUpdate, OrderUpdate, PositionUpdate},
            public_stream::{BookTicker, DepthUpdate, MarkPrice, Trade},
            stream::{Command, CommandMethod, Envelope},
        },
    },
    client::Frame,
    reading::{self, json, unreadable},
};

/// Private streams, one frame each: were they in one frame and one of them unknown to the venue, all would be
/// refused together (`balanceUpdate` is in no document).
const PRIVATE: [&str; 3] = ["account.orderUpdate", "account.positionUpdate", "account.balanceUpdate"];

/// Takes out the no to a subscription whose time was over when it came, or had not begun: it was held up on its way, or a
/// clock was off. Made anew on another socket it may pass.
pub(super) fn too_late(events: &mut Vec<Event>) -> Option<String> {
    let is_about_time = |reason: &str| reason.contains("expired") || reason.contains("timestamp");
    match events.pop_if(|event| matches!(event, Event::FeedRefused { reason } if is_about_time(reason))) {
        Some(Event::FeedRefused { reason }) => Some(reason),
        _ => None,
    }
}

impl Client {
    /// The frames that subscribe a new socket. Silence is the venue's yes; a no comes as [`Event::FeedRefused`].
    pub(super) fn subscribe(&mut self, now: Timestamp, out: &mut Vec<Frame>) {
        let signature = self.credentials.as_ref().map(|keys| {
            let message = &mut self.scratch.message;
            message.clear();
            write_instruction(Instruction::SUBSCRIBE, message);
            write_end(now.ms(), self.window_ms, message);
            let mut signature = String::new();
            keys.secret.sign(message, &mut signature);
            [keys.api_key.clone(), signature, now.ms().to_string(), self.window_ms.to_string()]
                .map(Text::from)
        });
        // Private first: nothing of ours must happen unheard while the public streams are being set up.
        if let Some(signature) = signature {
            out.extend(PRIVATE.iter().map(|name| command(vec![Text::new(name)], Some(signature.clone()))));
        }
        let streams: Vec<_> = self.symbols.iter().flat_map(|symbol| self.public_streams(symbol)).collect();
        if !streams.is_empty() {
            out.push(command(streams, None));
        }
    }

    fn public_streams(&self, symbol: &str) -> impl Iterator<Item = Text<'static>> + use<> {
        let is_spot = match self.markets.by_symbol(symbol) {
            Some(market) => market.kind == MarketKind::Spot,
            None => !symbol.ends_with("_PERP"),
        };
        let mark = (!is_spot).then(|| format!("markPrice.{symbol}"));
        let streams = ["bookTicker", "depth", "trade"].map(|stream| format!("{stream}.{symbol}"));
        streams.into_iter().chain(mark).map(Text::from)
    }

    /// Reads a frame.
    pub(super) fn read_frame(&self, frame: &[u8], out: &mut Vec<Event>) -> Result<(), DecodeError> {
        if let Some(delta) = depth(&self.markets, frame) {
            out.push(Event::BookDelta(delta));
            return Ok(());
        }
        self.read_any_frame(frame, out)
    }

    /// Reads a frame of whatever kind, with a general JSON reader.
    pub(super) fn read_any_frame(&self, frame: &[u8], out: &mut Vec<Event>) -> Result<(), DecodeError> {
        if let Some((name, data)) = Envelope::split(frame) {
            return self.read_data(name, data, out);
        }
        let envelope: Envelope<'_> = json("frame", frame)?;
        match envelope {
            Envelope { error: Some(error), .. } => {
                let reason: String = format!("{}: {}", error.code, error.message).chars().take(200).collect();
                out.push(Event::FeedRefused { reason });
                Ok(())
            }
            Envelope { stream: Some(name), data: Some(data), .. } => {
                self.read_data(&name, data.get().as_bytes(), out)
            }
            _ => Err(unreadable("frame", "neither stream and data nor error")),
        }
    }

    fn read_data(&self, name: &str, data: &[u8], out: &mut Vec<Event>) -> Result<(), DecodeError> {
        let kind = name.split('.').next().unwrap_or(name);
        let event = match kind {
            "depth" => self.read_depth(data)?,
            "bookTicker" => self.read_ticker(data)?,
            "trade" => self.read_trade(data)?,
            "markPrice" => self.read_mark(data)?,
            "account" => return self.read_private(name, data, out),
            _ => return Err(unreadable("frame", format_args!("stream {name} is not one of ours"))),
        };
        out.push(event);
        Ok(())
    }

    fn read_private(&self, name: &str, data: &[u8], out: &mut Vec<Event>) -> Result<(), DecodeError> {
        let kind = name.trim_start_matches("account.").split('.').next().unwrap_or("");
        match kind {
            "orderUpdate" => self.read_order(data, out),
            "positionUpdate" => {
                let update: PositionUpdate<'_> = json("position update", data)?;
                out.push(Event::Position(report::position_update(&self.markets, &update)?));
                Ok(())
            }
            "balanceUpdate" => {
                let update: BalanceUpdate<'_> = json("balance update", data)?;
                let at = Timestamp::from_us(update.engine_time);
                let balance =
                    report::balance(self.asset(&update.asset), [&update.available, &update.locked], at)?;
                out.push(Event::Balance(balance));
                Ok(())
            }
            _ => Err(unreadable("frame", format_args!("stream {name} is not one of ours"))),
        }
    }

    /// An order update, and the fill that it may tell of. The fill goes first, so that an order that is filled is
    /// never seen without its last trade; if the fill cannot be read, the order is still told.
    fn read_order(&self, data: &[u8], out: &mut Vec<Event>) -> Result<(), DecodeError> {
        let update: OrderUpdate<'_> = json("order update", data)?;
        let order = report::order_update(&self.markets, &update)?;
        let fill = match update.event {
            OrderEvent::OrderFill => report::fill_update(&self.markets, &update).map(Some),
            _ => Ok(None),
        };
        let (fill, bad_fill) = match fill {
            Ok(fill) => (fill, Ok(())),
            Err(error) => (None, Err(error)),
        };
        out.extend(fill.map(Event::Fill));
        out.push(Event::Order(order));
        bad_fill
    }

    fn read_depth(&self, data: &[u8]) -> Result<Event, DecodeError> {
        let update: DepthUpdate<'_, &RawValue> = json("depth", data)?;
        let market = self.market_of("depth", &update.symbol)?;
        // An update that goes back, or starts at nothing, cannot be placed in the sequence.
        let prev = update
            .first_update_id
            .checked_sub(1)
            .filter(|prev| *prev < update.last_update_id)
            .ok_or_else(|| unreadable("depth", "U and u are out of order"))?;
        Ok(Event::BookDelta(BookDelta {
            market: market.id,
            prev,
            seq: update.last_update_id,
            bids: levels(market, update.bids)?,
            asks: levels(market, update.asks)?,
            at: Timestamp::from_us(update.engine_time),
        }))
    }

    fn read_ticker(&self, data: &[u8]) -> Result<Event, DecodeError> {
        let ticker: BookTicker<'_> = json("bookTicker", data)?;
        let market = self.market_of("bookTicker", &ticker.symbol)?;
        // How an empty side is told is not documented: a size of zero is nobody.
        let side = |price: &Text<'_>, qty: &Text<'_>| match reading::level(market, price, qty) {
            Ok(level) => Ok(Some((level.price, level.qty)).filter(|(_, qty)| !qty.is_zero())),
            Err(error) => Err(unreadable("bookTicker", format_args!("{}: {error}", market.symbol))),
        };
        Ok(Event::Ticker(Ticker {
            market: market.id,
            bid: side(&ticker.bid_price, &ticker.bid_quantity)?,
            ask: side(&ticker.ask_price, &ticker.ask_quantity)?,
            at: Timestamp::from_us(ticker.engine_time),
        }))
    }

    fn read_trade(&self, data: &[u8]) -> Result<Event, DecodeError> {
        let trade: Trade<'_> = json("trade", data)?;
        let market = self.market_of("trade", &trade.symbol)?;
        let level = reading::level(market, &trade.price, &trade.quantity)
            .map_err(|error| unreadable("trade", format_args!("{}: {error}", market.symbol)))?;
        Ok(Event::Trade(PublicTrade {
            market: market.id,
            trade_id: TradeId::from_number(trade.trade_id),
            price: level.price,
            qty: level.qty,
            taker: if trade.is_buyer_maker { Side::Sell } else { Side::Buy },
            at: Timestamp::from_us(trade.engine_time),
        }))
    }

    fn read_mark(&self, data: &[u8]) -> Result<Event, DecodeError> {
        let mark: MarkPrice<'_> = json("markPrice", data)?;
        let market = self.market_of("markPrice", &mark.symbol)?;
        let near = |text: &Text<'_>| {
            reading::price_near(market, text).map_err(|error| unreadable("markPrice", error))
        };
        Ok(Event::Mark(mm_model::MarkPrice {
            market: market.id,
            mark: near(&mark.mark_price)?,
            index: mark.index_price.as_ref().map(near).transpose()?,
            funding: mark.funding_rate.as_ref().and_then(|rate| reading::rate(rate)),
            next_funding: mark.next_funding.map(Timestamp::from_ms),
        }))
    }

    fn market_of(&self, what: &'static str, symbol: &str) -> Result<&mm_model::Market, DecodeError> {
        self.markets
            .by_symbol(symbol)
            .ok_or_else(|| unreadable(what, format_args!("market {symbol} is not known")))
    }
}

fn command(params: Vec<Text<'_>>, signature: Option<[Text<'_>; 4]>) -> Frame {
    let command = Command { id: None, method: CommandMethod::Subscribe, params, signature };
    Frame(serde_json::to_string(&command).expect("strings have a JSON form"))
}
