"""Streams by the SDK's WebSocket class, in the old frames and in JSON-RPC's; what they tell is what REST tells."""

import asyncio
import unittest
from decimal import Decimal

from world import BTC, CLIENT, ETH, World, status, until


class Public(unittest.IsolatedAsyncioTestCase):
    async def test_books(self):
        async with World(740) as world:
            api = await world.ws(api_key="")
            whole = await api.listen("book.s", instrument=BTC, rate=500, depth=10)
            deltas = await api.listen("book.d", rpc=True, instrument=BTC, rate=50)
            await until(lambda: len(deltas) > 10 and len(whole) > 2)
            world.crowd(BTC, "pause")
            rest = await api.fetch_order_book(BTC, limit=500)
            levels = lambda feed, side: [(it["price"], it["size"]) for it in feed[side]]
            for side in ("bids", "asks"):
                await until(lambda side=side: levels(whole[-1]["feed"], side) == levels(rest, side)[:10])
                await until(lambda side=side: kept(deltas, side) == dict(levels(rest, side)))
            for frame in whole:
                envelope = (frame["stream"], frame["selector"], frame["sequence_number"])
                self.assertEqual(envelope, ("v1.book.s", f"{BTC}@500-10", "0"))
            self.gapless(deltas)

    async def test_tickers(self):
        async with World(741) as world:
            api = await world.ws(api_key="")
            heard = {
                stream: await api.listen(stream, rpc=rpc, instrument=ETH, rate=500)
                for stream, rpc in (("mini.s", False), ("mini.d", True), ("ticker.s", True), ("ticker.d", False))
            }
            await until(lambda: all(len(frames) > 2 for frames in heard.values()))
            world.crowd(ETH, "pause")
            for stream, frames in heard.items():
                asked = api.fetch_mini_ticker if stream.startswith("mini") else api.fetch_ticker
                rest = await asked(ETH)
                for key in ("best_bid_price", "best_bid_size", "best_ask_price", "last_price", "last_size"):
                    await until(lambda: merged(stream, frames)[key] == rest[key])
                self.assertEqual({it["feed"]["instrument"] for it in frames}, {ETH})
                self.assertEqual(set(frames[0]["feed"]) - set(rest), set(), "REST knows each field")
                if stream.endswith(".d"):
                    self.gapless(frames)
                    self.assertLess(min(len(it["feed"]) for it in frames), len(frames[0]["feed"]), "only what changed")
                else:
                    self.assertEqual({it["sequence_number"] for it in frames}, {"0"})

    async def test_trades_and_candles(self):
        async with World(742) as world:
            api = await world.ws(api_key="")
            trades = await api.listen("trade", instrument=BTC, limit=50)
            again = await api.listen("trade", rpc=True, instrument=BTC, limit=50)
            candles = await api.listen("candle", instrument=BTC, interval="CI_1_M", type="TRADE")
            live = lambda frames: [it for it in frames if it["sequence_number"] != "0"]
            await until(lambda: len(live(trades)) > 3 and len(live(again)) > 3 and candles)
            world.crowd(BTC, "pause")
            rest = {it["trade_id"]: it for it in await api.fetch_recent_trades(BTC, 500)}
            for frames in (trades, again):
                await until(lambda: next(iter(rest)) in [it["feed"]["trade_id"] for it in frames])
                ids = [it["feed"]["trade_id"] for it in live(frames)]
                self.assertEqual(len(set(ids)), len(ids), "each is told once")
                for frame in frames:
                    self.assertEqual(frame["feed"], rest[frame["feed"]["trade_id"]])
                self.gapless(frames)
            (minute, *_) = (await api.fetch_ohlcv(BTC, "1m", limit=1))["result"]
            await until(lambda: candles[-1]["feed"] == minute)

    def gapless(self, frames):
        """Numbers of what follows the snapshot go up by one, and each frame names the one before it."""
        numbers = [(int(it["prev_sequence_number"]), int(it["sequence_number"])) for it in frames]
        told = [it for it in numbers if it[1]]
        self.assertEqual(numbers[-len(told):], told, "snapshots come first")
        for (_, before), (named, number) in zip(told, told[1:]):
            self.assertEqual((named, number), (before, before + 1))
        self.assertTrue(told)


class Private(unittest.IsolatedAsyncioTestCase):
    async def test_an_orders_whole_life(self):
        async with World(745) as world:
            alice, bob = await asyncio.gather(world.ws(), world.ws("bob"))
            heard = {stream: await alice.listen(stream) for stream in ("order", "state", "position", "fill")}
            others = [await bob.listen(stream) for stream in ("order", "fill")]
            here = await alice.listen("order", rpc=True, instrument=BTC)
            elsewhere = await alice.listen("order", rpc=True, instrument=ETH)
            price = world.room_inside()

            def states(client):
                return [
                    (*status(it["feed"]), it["feed"]["state"]["traded_size"][0])
                    for it in heard["order"]
                    if it["feed"]["metadata"]["client_order_id"] == str(client)
                ]

            await alice.create_limit_order(BTC, "buy", "0.03", price, {"client_order_id": CLIENT, "post_only": True})
            await until(lambda: states(CLIENT)[-1:] == [("OPEN", "UNSPECIFIED", "0.0")])
            await bob.create_order(BTC, "market", "sell", "0.01", params={"client_order_id": CLIENT})
            await until(lambda: states(CLIENT)[-1:] == [("OPEN", "UNSPECIFIED", "0.01")])
            await alice.cancel_order(params={"client_order_id": CLIENT})
            await until(lambda: states(CLIENT)[-1:] == [("CANCELLED", "CLIENT_CANCEL", "0.01")])

            rest = (await alice.fetch_order(params={"client_order_id": CLIENT}))["result"]
            self.assertEqual(heard["order"][-1]["feed"], rest)
            last = heard["state"][-1]["feed"]
            self.assertEqual((last["order_id"], last["client_order_id"]), (rest["order_id"], str(CLIENT)))
            self.assertEqual(last["order_state"], rest["state"])
            (fill,) = [it["feed"] for it in heard["fill"]]
            self.assertEqual([fill], (await alice.fetch_my_trades())["result"])
            self.assertEqual((fill["size"], fill["is_taker"]), ("0.01", False))
            (position,) = await alice.fetch_positions()
            told = heard["position"][-1]["feed"]
            for key in ("instrument", "size", "entry_price", "sub_account_id"):
                self.assertEqual(told[key], position[key], key)

            self.assertEqual([it["feed"] for it in here], [it["feed"] for it in heard["order"]])
            self.assertEqual(elsewhere, [])
            own = bob.get_trading_account_id()
            await until(lambda: all(others))
            self.assertEqual({it["feed"]["sub_account_id"] for frames in others for it in frames}, {own})
            for stream, frames in heard.items():
                self.assertEqual({it["selector"] for it in frames}, {alice.get_trading_account_id()})
                numbers = [int(it["sequence_number"]) for it in frames if it["sequence_number"] != "0"]
                self.assertEqual(numbers, list(range(numbers[0], numbers[0] + len(numbers))), stream)

    async def test_what_is_held_is_told_at_once(self):
        async with World(746) as world:
            alice = await world.ws()
            world.room_inside()
            await alice.create_order(BTC, "market", "buy", "0.02", params={"client_order_id": CLIENT})
            await until(lambda: world.truth("alice")["positions"])
            frames = await alice.listen("position")
            await until(lambda: frames)
            self.assertEqual((frames[0]["sequence_number"], frames[0]["feed"]["size"]), ("0", "0.02"))

    async def test_it_goes_on_after_a_broken_connection(self):
        async with World(747) as world:
            alice = await world.ws()
            trades, orders = await alice.listen("trade", instrument=BTC), await alice.listen("order")
            await until(lambda: trades)
            rule = {"venue": "grvt", "where": "connection", "match": {}, "do": "disconnect", "times": 4}
            world.control("/faults", {"seed": 1, "rules": [rule | {"probability": 1.0}]})
            before = [alice.ws[kind] for kind in alice.endpoint_types]
            again = lambda: all(
                alice.is_connection_open(kind) and alice.ws[kind] is not old
                for kind, old in zip(alice.endpoint_types, before)
            )
            await until(again)
            world.control("/faults", {"seed": 1, "rules": []})
            count = len(trades)
            await until(lambda: count < len(trades))
            low = Decimal(world.room_inside()) - 100
            await alice.create_limit_order(BTC, "buy", "0.01", low, {"client_order_id": CLIENT})
            await until(lambda: orders and orders[-1]["feed"]["state"]["status"] == "OPEN")


class Calls(unittest.IsolatedAsyncioTestCase):
    """Calls by socket: the SDK sends them and leaves their answers to the log."""

    async def test_orders_by_socket(self):
        async with World(748) as world:
            alice = await world.ws()
            orders = await alice.listen("order")
            low = Decimal(world.room_inside()) - 100

            def live(*clients):
                """Whether exactly these have been told to rest."""
                last = {it["feed"]["metadata"]["client_order_id"]: it["feed"]["state"]["status"] for it in orders}
                return {client for client, word in last.items() if word == "OPEN"} == {str(it) for it in clients}

            for n in (1, 2, 3):
                more = {"client_order_id": CLIENT + n, "post_only": True}
                ack = (await alice.answer(alice.rpc_create_limit_order(BTC, "buy", "0.01", low - n, more)))["result"]
                self.assertEqual((ack["order_id"], status(ack)[0]), ("0x00", "PENDING"))
                self.assertEqual(ack["metadata"]["client_order_id"], str(CLIENT + n))
            await until(lambda: live(CLIENT + 1, CLIENT + 2, CLIENT + 3))
            open_orders = (await alice.answer(alice.rpc_fetch_open_orders()))["result"]
            self.assertEqual(open_orders, await alice.fetch_open_orders())
            self.assertEqual(len(open_orders), 3)
            one = (await alice.answer(alice.rpc_fetch_order(params={"client_order_id": CLIENT + 2})))["result"]
            self.assertIn(one, open_orders)
            self.assertEqual((await alice.answer(alice.rpc_fetch_order(one["order_id"])))["result"], one)

            ack = await alice.answer(alice.rpc_cancel_order(one["order_id"]))
            self.assertEqual(ack, {"result": {"ack": True}})
            await until(lambda: live(CLIENT + 1, CLIENT + 3))
            await alice.answer(alice.rpc_cancel_order(params={"client_order_id": CLIENT + 1}))
            await until(lambda: live(CLIENT + 3))
            self.assertEqual(await alice.answer(alice.rpc_cancel_all_orders()), {"result": {"ack": True}})
            await until(lambda: live())
            self.assertEqual(world.truth("alice")["open_orders"], [])

    async def test_what_is_refused_by_socket(self):
        async with World(749) as world:
            alice = await world.ws()
            low = Decimal(world.room_inside()) - 100
            between = low + Decimal("0.05")
            off_tick = alice.rpc_create_limit_order(BTC, "buy", "0.01", between, {"client_order_id": CLIENT})
            self.assertEqual((await alice.answer(off_tick))["code"], 2064)
            unknown = alice.rpc_fetch_order(params={"client_order_id": CLIENT})
            self.assertEqual((await alice.answer(unknown))["code"], 1004)
            self.assertEqual(world.truth("alice")["open_orders"], [])


def kept(deltas, side):
    """A side of the book as one keeps it who takes the snapshot and then each change."""
    levels = {}
    for frame in deltas:
        if frame["sequence_number"] == "0":
            levels = {}
        for it in frame["feed"][side]:
            levels[it["price"]] = it["size"]
    return {price: size for price, size in levels.items() if Decimal(size)}


def merged(stream, frames):
    """A ticker as it now stands: of the deltas, each field as it was last told."""
    if stream.endswith(".s"):
        return frames[-1]["feed"]
    return {key: value for frame in frames for key, value in frame["feed"].items()}


if __name__ == "__main__":
    unittest.main()
