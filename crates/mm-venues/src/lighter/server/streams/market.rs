//! Streams of the markets besides the book: trades as they happen, statistics, candles and blocks by the clock.

use std::{collections::BTreeMap, time::Duration};

use bytes::Bytes;
use mm_exchange::Listing;
use mm_model::{MarketId, MarketKind, Timestamp};

use super::{
    Event, Streams, World,
    stats::{perpetual_stats, spot_stats},
    topics::{Family, Topic},
};
use crate::{
    lighter::{
        server::{
            answer::json,
            markets::{height, index_of, ms},
            public::{mark_row, row},
            records::{News, TradeRecord},
            rows::trade_row,
        },
        wire::public_stream::{
            CandleFrame, HeightFrame, MarkPriceCandleFrame, MarketStatsFrame, SpotMarketStatsFrame, Stats,
            TradeFrame,
        },
    },
    server::{
        candle_rows::{CandleRows, ToldCandles},
        candles::Bar,
        heartbeat::Beat,
    },
};

/// How often candles that changed are told (the venue's page, July 2026).
const CANDLES_EVERY: Duration = Duration::from_millis(500);
/// How often statistics and blocks are told, and tokens looked at. Chosen.
const STATS_EVERY: Duration = Duration::from_secs(1);
/// How many trades a new listener is told of again. Chosen.
const RECENT: usize = 50;

/// What these streams remember.
#[derive(Debug)]
pub(super) struct MarketStreams {
    second: Beat,
    half: Beat,
    candles: ToldCandles<Topic>,
}

impl Default for MarketStreams {
    fn default() -> Self {
        Self {
            second: Beat::new(STATS_EVERY),
            half: Beat::new(CANDLES_EVERY),
            candles: ToldCandles::default(),
        }
    }
}

impl MarketStreams {
    /// Forgets what nobody listens to any more.
    pub(super) fn forget(&mut self, wanted: impl Fn(Topic) -> bool) {
        self.candles.forget(wanted);
    }
}

impl Streams {
    /// Tells trades, those of one market in one frame.
    pub(super) fn trades(&self, world: &mut World<'_>, news: &[News]) {
        let mut by_market: BTreeMap<MarketId, Vec<&TradeRecord>> = BTreeMap::new();
        for news in news {
            if let News::Trade(trade) = news
                && self.subscriptions.wanted(&Topic::Trade(trade.market))
            {
                by_market.entry(trade.market).or_default().push(trade);
            }
        }
        for (market, trades) in by_market {
            let frame = trade_frame(world, (market, Event::Update), &trades);
            self.tell(world, Topic::Trade(market), frame);
        }
    }

    /// Tells what is due by the clock.
    pub(super) fn periodic(&mut self, world: &mut World<'_>) {
        let second = self.markets.second.strike(world.now);
        let half = self.markets.half.strike(world.now);
        if !second && !half {
            return;
        }
        for topic in self.subscriptions.topics().collect::<Vec<_>>() {
            match topic {
                Topic::Candle(..) | Topic::MarkCandle(..) if half => self.tell_candle(world, topic),
                Topic::Account(account, Family::UserStats) if second => self.tell_worth(world, account),
                Topic::Stats(_) | Topic::AllStats | Topic::AllSpotStats | Topic::Height if second => {
                    if let Some(frame) = clocked(world, topic, Event::Update) {
                        self.tell(world, topic, frame);
                    }
                }
                _ => {}
            }
        }
        if second {
            self.end_grants(world);
        }
    }

    /// When a stream that goes by the clock is due; `None` while nobody listens to one.
    pub(super) fn periodic_due(&self) -> Option<Timestamp> {
        let grants = (!self.grants.is_empty()).then(|| self.markets.second.due());
        let due = self.subscriptions.topics().filter_map(|topic| match topic {
            Topic::Candle(..) | Topic::MarkCandle(..) => Some(self.markets.half.due()),
            Topic::Stats(_) | Topic::AllStats | Topic::AllSpotStats | Topic::Height => {
                Some(self.markets.second.due())
            }
            Topic::Account(_, Family::UserStats) => Some(self.markets.second.due()),
            _ => None,
        });
        due.chain(grants).min()
    }

    /// What a new listener is told first.
    pub(super) fn market_snapshot(&mut self, world: &World<'_>, topic: Topic) -> Option<Bytes> {
        match topic {
            Topic::Trade(market) => {
                let recent = world.state.records.trades.of_market(market).rev().take(RECENT);
                Some(trade_frame(world, (market, Event::Subscribed), &recent.collect::<Vec<_>>()))
            }
            Topic::Candle(..) | Topic::MarkCandle(..) => {
                let open = self.markets.candles.open(topic, &candle_rows(world, topic)?, world.now);
                candle_frame(world, (topic, Event::Subscribed), open.as_slice())
            }
            _ => clocked(world, topic, Event::Subscribed),
        }
    }

    /// Tells what is new about the candle that is open, and about the one before.
    fn tell_candle(&mut self, world: &mut World<'_>, topic: Topic) {
        let Some(rows) = candle_rows(world, topic) else { return };
        let news = self.markets.candles.news(topic, &rows, world.now);
        if !news.is_empty()
            && let Some(frame) = candle_frame(world, (topic, Event::Update), &news)
        {
            self.tell(world, topic, frame);
        }
    }
}

fn trade_frame(world: &World<'_>, (market, event): (MarketId, Event), trades: &[&TradeRecord]) -> Bytes {
    let head = world.head(Topic::Trade(market), event);
    let rows = |liquidation: bool| -> Vec<_> {
        let trades = trades.iter().filter(|trade| trade.is_liquidation() == liquidation);
        trades.filter_map(|trade| trade_row(world.exchange, trade, None)).collect()
    };
    json(&TradeFrame {
        channel: head.channel,
        liquidation_trades: rows(true).into(),
        nonce: world.exchange.seq(market),
        trades: rows(false).into(),
        kind: head.kind,
    })
}

fn candle_rows<'a>(world: &World<'a>, topic: Topic) -> Option<CandleRows<'a>> {
    match topic {
        Topic::Candle(market, interval) => Some(world.state.public.traded(market, interval)),
        Topic::MarkCandle(market, interval) => Some(world.state.public.marked(market, interval)),
        _ => None,
    }
}

fn candle_frame(
    world: &World<'_>,
    (topic, event): (Topic, Event),
    candles: &[(Timestamp, Bar)],
) -> Option<Bytes> {
    let head = world.head(topic, event);
    let (Topic::Candle(id, _) | Topic::MarkCandle(id, _)) = topic else { return None };
    let market = world.exchange.markets().get(id)?;
    let timestamp = ms(world.now);
    Some(match topic {
        Topic::Candle(..) => {
            let candles: Vec<_> = candles.iter().map(|(start, bar)| row(market, *start, bar)).collect();
            json(&CandleFrame { candles: candles.into(), channel: head.channel, timestamp, kind: head.kind })
        }
        _ => {
            let candles: Vec<_> = candles.iter().map(|(start, bar)| mark_row(market, *start, bar)).collect();
            json(&MarkPriceCandleFrame {
                candles: candles.into(),
                channel: head.channel,
                timestamp,
                kind: head.kind,
            })
        }
    })
}

/// A frame of a stream that goes by the clock alone.
fn clocked(world: &World<'_>, topic: Topic, event: Event) -> Option<Bytes> {
    let head = world.head(topic, event);
    let (exchange, timestamp) = (world.exchange, ms(world.now));
    let of_kind = |kind: MarketKind| {
        let listings = exchange.listings().iter().filter(move |listing| listing.market.kind == kind);
        listings.map(|listing| (u64::from(index_of(exchange, listing.market.id)), listing))
    };
    let perpetual = |market_stats| {
        json(&MarketStatsFrame {
            channel: head.channel.clone(),
            market_stats,
            timestamp,
            kind: head.kind.clone(),
        })
    };
    let spot = |spot_market_stats| {
        json(&SpotMarketStatsFrame {
            channel: head.channel.clone(),
            spot_market_stats,
            timestamp,
            kind: head.kind.clone(),
        })
    };
    let is_spot = |listing: &&Listing| listing.market.kind == MarketKind::Spot;
    match topic {
        Topic::Stats(market) => {
            let listing = exchange.listing(market)?;
            Some(match is_spot(&listing) {
                true => spot(Stats::One(Box::new(spot_stats(world, listing)))),
                false => perpetual(Stats::One(Box::new(perpetual_stats(world, listing)))),
            })
        }
        Topic::AllStats => {
            let rows = of_kind(MarketKind::Perpetual).map(|(index, it)| (index, perpetual_stats(world, it)));
            Some(perpetual(Stats::All(rows.collect())))
        }
        Topic::AllSpotStats => {
            let rows = of_kind(MarketKind::Spot).map(|(index, it)| (index, spot_stats(world, it)));
            Some(spot(Stats::All(rows.collect())))
        }
        Topic::Height => Some(json(&HeightFrame {
            channel: head.channel.clone(),
            height: height(world.now),
            timestamp,
            kind: head.kind.clone(),
        })),
        _ => None,
    }
}
