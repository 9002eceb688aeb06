"""The raw classes, which read every answer strictly: each field that is not optional there, each word one that they
know. Every method that they have is called, by one story told to both of them; what is not served is listed."""

import inspect
import time
import unittest
from dataclasses import asdict
from decimal import Decimal

import pysdk.grvt_raw_types as types
from pysdk.grvt_raw_async import GrvtRawAsync
from pysdk.grvt_raw_base import GrvtError
from pysdk.grvt_raw_sync import GrvtRawSync
from raw import Api
from stage import soon_async
from world import BTC, CLIENT, ETH, FUNDS, SOL, World

NOT_SERVED = {
    "deposit_history",
    "query_vault_manager_investor_history",
    "set_derisk_mm_ratio",
    "sub_account_history",
    "transfer",
    "transfer_history",
    "vault_burn_tokens",
    "vault_invest",
    "vault_investor_summary",
    "vault_redeem",
    "vault_redeem_cancel",
    "vault_redemption_queue",
    "withdrawal",
    "withdrawal_history",
}
"""The simulated venue has one trading account for each owner and no chain below it: nothing comes in or goes out. This
list may only shrink: whoever serves one of these must tell its story."""


def methods(kind):
    return {name.removesuffix("_v1") for name in vars(kind) if name.endswith("_v1")}


class Story(unittest.IsolatedAsyncioTestCase):
    async def test_by_the_synchronous_class(self):
        async with World(760) as world:
            await self.story(world, Api(world.raw()), Api(world.raw("bob")), GrvtRawSync)

    async def test_by_the_asynchronous_class(self):
        async with World(761) as world:
            await self.story(world, Api(world.raw_async()), Api(world.raw_async("bob")), GrvtRawAsync)

    async def story(self, world, alice, bob, kind):
        await self.what_there_is(alice)
        await self.what_is_offered(world, alice)
        price = world.room_inside()
        await self.resting(world, alice, price)
        await self.trading(world, alice, bob, price)
        await self.dead_man(alice, price)
        await self.leverage(alice)
        for method in sorted(NOT_SERVED):
            with self.subTest(method):
                refusal = await alice.said(method, **filled(alice, method))
                self.assertIsInstance(refusal, GrvtError)
                self.assertEqual((refusal.code, refusal.status), (1004, 404), refusal)
        self.assertEqual(alice.called, methods(kind))

    async def what_there_is(self, api):
        every = await api.instruments()
        self.assertEqual(set(every), {BTC, ETH, SOL})
        one = (await api("get_instrument", instrument=BTC)).result
        self.assertEqual((one, one.instrument_hash, one.base_decimals), (every[BTC], "0x030501", 9))
        self.assertEqual((one.kind, one.tick_size, one.min_size), (types.Kind.PERPETUAL, "0.1", "0.001"))
        self.assertIn(types.Venue.ORDERBOOK, one.venues)
        some = await api("get_filtered_instruments", kind=[types.Kind.PERPETUAL], base=["ETH", "SOL"], limit=10)
        self.assertEqual(some.result, [every[ETH], every[SOL]])
        currencies = {it.symbol: it for it in (await api("get_currency")).result}
        self.assertEqual((currencies["USDT"].id, currencies["USDT"].balance_decimals), (3, 6))

    async def what_is_offered(self, world, api):
        await soon_async(lambda: self.some_trades(api))
        world.crowd(BTC, "pause")
        book = (await api("orderbook_levels", instrument=BTC, depth=10)).result
        self.assertEqual((len(book.bids), len(book.asks)), (10, 10))
        mini, ticker = [(await api(it, instrument=BTC)).result for it in ("mini_ticker", "ticker")]
        for it in (mini, ticker):
            self.assertEqual((it.best_bid_price, it.best_ask_price), (book.bids[0].price, book.asks[0].price))
            self.assertEqual((it.best_bid_size, it.best_ask_size), (book.bids[0].size, book.asks[0].size))
        self.assertEqual([it for it, value in asdict(mini).items() if value is None], [])
        unset = {it for it, value in asdict(ticker).items() if value is None}
        self.assertLessEqual(unset, {"forward_price", "interest_rate"}, "a perpetual has neither")
        trades = (await api("trade", instrument=BTC, limit=500)).result
        past = await api("trade_history", instrument=BTC, limit=500)
        self.assertEqual((past.result, past.next), (trades, ""))
        self.assertEqual(trades[0].price, ticker.last_price)
        every = {"interval": types.CandlestickInterval.CI_1_M, "type": types.CandlestickType.TRADE}
        candles = await api("candlestick", instrument=BTC, limit=3, **every)
        self.assertEqual(candles.result[0].close, trades[0].price)
        funding = await api("funding_rate", instrument=BTC, limit=3)
        self.assertEqual({it.instrument for it in funding.result} | {BTC}, {BTC})

    async def some_trades(self, api):
        return len((await api("trade", instrument=BTC, limit=50)).result) > 3

    async def resting(self, world, api, price):
        low = str(Decimal(price) - 100)
        ack = await api.create(CLIENT, "buy", "0.01", low, post_only=True)
        self.assertEqual((ack.order_id, ack.state.status), ("0x00", types.OrderStatus.PENDING))
        order = await api.order(CLIENT, "OPEN")
        self.assertEqual((await api.own("get_order", order_id=order.order_id)).result, order)
        self.assertEqual((await api.own("open_orders")).result, [order])
        self.assertEqual((await api.own("open_orders", base=["ETH"])).result, [])
        await api.create(CLIENT + 1, "sell", "0.01", str(Decimal(price) + 100))
        await api.order(CLIENT + 1, "OPEN")
        self.assertTrue((await api.own("cancel_order", order_id=order.order_id)).result.ack)
        gone = await api.order(CLIENT, "CANCELLED")
        self.assertEqual(gone.state.reject_reason, types.OrderRejectReason.CLIENT_CANCEL)
        self.assertTrue((await api.own("cancel_all_orders", kind=[types.Kind.PERPETUAL])).result.ack)
        last = await api.order(CLIENT + 1, "CANCELLED")
        history = await api.own("order_history", limit=10)
        self.assertEqual((history.result, history.next), ([last, gone], ""))
        self.assertEqual(world.truth("alice")["open_orders"], [])

    async def trading(self, world, alice, bob, price):
        await bob.create(CLIENT, "sell", "0.05", price, post_only=True)
        await bob.order(CLIENT, "OPEN")
        await alice.create(CLIENT + 2, "buy", "0.05", None)
        bought = await alice.order(CLIENT + 2, "FILLED")
        self.assertEqual([Decimal(it) for it in bought.state.avg_fill_price], [Decimal(price)])
        (fill,) = (await alice.own("fill_history", limit=10)).result
        (theirs,) = (await bob.own("fill_history", limit=10)).result
        self.assertEqual((fill.trade_id, fill.size, fill.price), (theirs.trade_id, theirs.size, theirs.price))
        self.assertEqual((fill.order_id, fill.is_taker, theirs.is_taker), (bought.order_id, True, False))
        public = (await alice("trade", instrument=BTC, limit=50)).result
        self.assertIn(fill.trade_id, [it.trade_id for it in public])
        (position,) = (await alice.own("positions", kind=[types.Kind.PERPETUAL])).result
        self.assertEqual((position.size, Decimal(position.entry_price)), ("0.05", Decimal(price)))
        self.assertEqual((await alice.own("positions", base=["SOL"])).result, [])

        summary = (await alice.own("sub_account_summary")).result
        self.assertEqual([it.size for it in summary.positions], ["0.05"])
        (cash,) = summary.spot_balances
        self.assertEqual((cash.currency, Decimal(cash.balance)), ("USDT", FUNDS - Decimal(fill.fee)))
        owner = world.keys("alice")["main_account_id"].lower()
        whole = (await alice("aggregated_account_summary")).result
        self.assertEqual((whole.main_account_id, whole.total_equity), (owner, summary.total_equity))
        funding = await alice("funding_account_summary")
        self.assertEqual(funding.result.main_account_id, owner)
        self.assertLess(funding.tier.futures_maker_fee, funding.tier.futures_taker_fee)
        paid = await alice.own("funding_payment_history", instrument=BTC)
        self.assertEqual((paid.result, paid.next), ([], ""))

    async def dead_man(self, api, price):
        await api.create(CLIENT + 3, "buy", "0.01", str(Decimal(price) - 200))
        await api.order(CLIENT + 3, "OPEN")
        for countdown_ms in ("60000", "0", "1500"):
            ack = await api.own("cancel_on_disconnect", countdown_time=countdown_ms)
            self.assertTrue(ack.result.ack)
        armed = time.monotonic()
        gone = await api.order(CLIENT + 3, "CANCELLED")
        self.assertLess(1, time.monotonic() - armed)
        self.assertEqual(gone.state.reject_reason, types.OrderRejectReason.CLIENT_CANCEL_ON_DISCONNECT_TRIGGERED)

    async def leverage(self, api):
        self.assertTrue((await api.own("set_initial_leverage", instrument=ETH, leverage="7")).success)
        told = {it.instrument: it for it in (await api.own("get_all_initial_leverage")).results}
        self.assertEqual((set(told), Decimal(told[ETH].leverage)), ({BTC, ETH, SOL}, 7))
        for it in told.values():
            low, high = Decimal(it.min_leverage), Decimal(it.max_leverage)
            self.assertTrue(low <= Decimal(it.leverage) <= high, it)


def filled(api, method):
    """A request of which the SDK wants each field, with something in it."""
    (request,) = inspect.signature(getattr(api.sdk, method + "_v1")).parameters.values()
    hints = inspect.get_annotations(request.annotation, eval_str=True)
    signature = types.Signature(signer="", r="", s="", v=27, expiration="0", nonce=1)
    known = {"signature": signature, "transfer_type": types.TransferType.STANDARD, "currency": ["USDT"]}
    known |= {"sub_account_id": api.sub_account, "only_own_investments": False}
    if hints.get("currency") is str:
        known["currency"] = "USDT"
    return {name: known.get(name, "1") for name in hints}


if __name__ == "__main__":
    unittest.main()
