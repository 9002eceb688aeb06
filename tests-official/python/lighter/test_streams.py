"""Streams: the SDK's own WebSocket client, and a plain socket for the channels that it does not know."""

import asyncio
import contextlib
import json
import unittest
from decimal import Decimal

import lighter
from stage import soon_async
from world import BTC, ETH, ETH_SPOT, FUNDS, POST_ONLY, SIZE, World, price_text


class Listener:
    """The SDK's WebSocket client as a task; ends with its block."""

    def __init__(self, url, **channels):
        self.books, self.accounts = [], []
        self.client = lighter.WsClient(
            ws_url=url,
            on_order_book_update=lambda market, book: self.books.append((market, json.dumps(book))),
            on_account_update=lambda account, state: self.accounts.append((account, state)),
            **channels,
        )

    async def __aenter__(self):
        self._task = asyncio.create_task(self.client.run_async())
        return self

    async def __aexit__(self, *error):
        self._task.cancel()
        with contextlib.suppress(asyncio.CancelledError):
            await self._task
        await self.client.ws.close()

    async def until(self, answer):
        async def checked():
            if self._task.done():
                self._task.result()
            return answer()

        return await soon_async(checked)

    def levels(self, market, side):
        """The book's levels as the client keeps them: in no order."""
        book = self.client.order_book_states.get(str(market), {side: []})
        return {Decimal(it["price"]): Decimal(it["size"]) for it in book[side]}


class Client(unittest.IsolatedAsyncioTestCase):
    async def test_its_book_is_the_book_of_the_rest_interface(self):
        async with World(550) as world, Listener(world.venue["ws"], order_book_ids=[ETH, BTC]) as listener:
            await listener.until(lambda: {market for market, _ in listener.books} == {"0", "1"})
            updates = len(listener.books)
            await listener.until(lambda: updates + 10 < len(listener.books))
            world.crowd("ETH", "pause")
            book = await world.orders.order_book_orders(ETH, 250)
            for side, orders in (("bids", book.bids), ("asks", book.asks)):
                rest = {}
                for it in orders:
                    price = Decimal(it.price)
                    rest[price] = rest.get(price, 0) + Decimal(it.remaining_base_amount)
                await listener.until(lambda side=side, rest=rest: listener.levels(ETH, side) == rest)
                self.assertLessEqual(10, len(rest))

    async def test_it_sees_an_order_come_and_go_and_the_account_trade(self):
        async with World(551) as world:
            alice = world.trader("alice")
            price = await world.room_inside()
            channels = {"order_book_ids": [ETH], "account_ids": [alice.index]}
            async with Listener(world.venue["ws"], **channels) as listener:
                await listener.until(lambda: listener.books and listener.accounts)
                await alice.done(alice.limit(1, price, time_in_force=POST_ONLY))
                best = Decimal(price) / 100
                await listener.until(lambda: listener.levels(ETH, "bids").get(best) == Decimal("0.1"))
                await alice.done(alice.signer.cancel_order(ETH, 1))
                await listener.until(lambda: best not in listener.levels(ETH, "bids"))

                world.counter("sell", price)
                await alice.done(alice.signer.create_market_order(ETH, 2, SIZE, price + 100, False))
                (trade,) = await alice.trades()
                await listener.until(lambda: trade.trade_id in self.trades(listener))
                await listener.until(lambda: Decimal("0.1") in self.positions(listener))
                self.assertEqual({account for account, _ in listener.accounts}, {str(alice.index)})

    def trades(self, listener):
        rows = (rows for _, state in listener.accounts for rows in (state["trades"] or {}).values())
        return [it["trade_id"] for some in rows for it in some]

    def positions(self, listener):
        return [Decimal(it["position"]) for _, state in listener.accounts for it in state["positions"].values()]


class Channels(unittest.IsolatedAsyncioTestCase):
    async def test_a_book_goes_on_without_a_gap(self):
        async with World(552) as world:
            socket = await world.socket()
            snapshot = (await socket.subscribe(f"order_book/{ETH}"))["order_book"]
            self.assertEqual(snapshot["begin_nonce"], 0)
            nonce, offset = snapshot["nonce"], snapshot["offset"]
            for _ in range(20):
                frame = await socket.next("update/order_book")
                update = frame["order_book"]
                self.assertEqual((frame["channel"], update["begin_nonce"]), (f"order_book:{ETH}", nonce))
                self.assertLess(nonce, update["nonce"])
                self.assertLess(offset, update["offset"])
                self.assertTrue(update["asks"] or update["bids"], "an update changes something")
                nonce, offset = update["nonce"], update["offset"]

    async def test_public_channels_move(self):
        async with World(553) as world:
            socket = await world.socket()
            ticker = await socket.subscribe(f"ticker/{ETH}")
            self.assertEqual(ticker["ticker"]["s"], "ETH")
            self.assertLess(Decimal(ticker["ticker"]["b"]["price"]), Decimal(ticker["ticker"]["a"]["price"]))
            stats = await socket.subscribe(f"market_stats/{ETH}")
            self.assertEqual((stats["market_stats"]["symbol"], stats["channel"]), ("ETH", f"market_stats:{ETH}"))
            everything = await world.socket()
            self.assertEqual(set((await everything.subscribe("market_stats/all"))["market_stats"]), {"0", "1", "2"})
            spot = await everything.subscribe("spot_market_stats/all")
            self.assertEqual(set(spot["spot_market_stats"]), {str(ETH_SPOT)})
            height = await socket.subscribe("height")
            # A world that has just begun may not have traded yet: then the first candle comes with the first trade.
            await socket.subscribe(f"candle/{ETH}/1m")
            await socket.subscribe(f"trade/{ETH}")
            for kind in ("ticker", "market_stats", "height", "trade"):
                await socket.next(f"update/{kind}")
            candle = await socket.next("update/candle", lambda frame: frame["candles"])
            self.assertEqual(candle["candles"][-1]["t"] % 60_000, 0)
            self.assertLess(0, height["height"])

    async def test_an_account_watches_itself(self):
        async with World(554) as world:
            alice, socket = world.trader("alice"), await world.socket()
            a, token = alice.index, alice.token()
            assets = await socket.subscribe(f"account_all_assets/{a}", token)
            usdc = next(it for it in assets["assets"].values() if it["symbol"] == "USDC")
            self.assertIn(FUNDS, (Decimal(usdc["balance"]), Decimal(usdc["margin_balance"])))
            stats = await socket.subscribe(f"user_stats/{a}", token)
            self.assertEqual(Decimal(stats["stats"]["collateral"]), FUNDS)
            orders = await socket.subscribe(f"account_orders/{ETH}/{a}", token)
            self.assertEqual((orders["account"], orders["orders"].get(str(ETH), [])), (a, []))
            market = await socket.subscribe(f"account_market/{ETH}/{a}", token)
            self.assertEqual(market["account"], a)
            await socket.subscribe(f"account_tx/{a}", token)
            price = await world.room_inside()
            tx = await alice.done(alice.limit(1, price))

            (order,) = (await socket.next("update/account_orders"))["orders"][str(ETH)]
            self.assertEqual((order["client_order_index"], order["status"]), (1, "open"))
            (order,) = (await socket.next("update/account_market", lambda frame: frame["orders"]))["orders"]
            self.assertEqual(order["price"], price_text(price))
            told = await socket.next("update/account_tx", lambda frame: frame["txs"][-1]["status"] == 2)
            self.assertEqual(told["txs"][-1]["hash"], tx.hash)
            world.counter("sell", price)
            moved = await socket.next("update/user_stats")
            self.assertLess(Decimal(moved["stats"]["available_balance"]), FUNDS)
            closed = lambda frame: frame["orders"][str(ETH)][0]["status"] == "filled"
            await socket.next("update/account_orders", closed)

    async def test_what_a_socket_may_not_do(self):
        async with World(555) as world:
            alice, bob, socket = world.trader("alice"), world.trader("bob"), await world.socket()
            await socket.send({"type": "ping"})
            await socket.next("pong")
            own = {"type": "subscribe", "channel": f"account_all_orders/{alice.index}"}
            for message, code in [
                ({"type": "subscribe", "channel": "order_book/77"}, 30005),
                ({"type": "unsubscribe", "channel": "order_book/0"}, 30002),
                ({"type": "sing"}, 30001),
                (own, 20001),
                ({**own, "auth": bob.token()}, 20001),
            ]:
                await socket.send(message)
                refused = await socket.next("error")
                self.assertEqual(refused["error"]["code"], code, (message, refused))
            await socket.subscribe("order_book/0")
            await socket.send({"type": "subscribe", "channel": "order_book/0"})
            again = (await socket.next("error"))["error"]
            self.assertEqual(again["code"], 30003)
            self.assertIn("order_book:0", again["message"])
            await socket.send({"type": "unsubscribe", "channel": "order_book/0"})
            self.assertEqual((await socket.next("unsubscribed"))["channel"], "order_book:0")
            await socket.subscribe("order_book/0")


class Sending(unittest.IsolatedAsyncioTestCase):
    """Transactions over the socket, as the SDK's examples send them: signed by it, written by hand."""

    async def test_a_transaction_and_a_batch_go_by_socket(self):
        async with World(556) as world:
            alice, socket = world.trader("alice"), await world.socket()
            bid, _ = await world.best()
            first = self.signed(alice, 1, bid - 500, 0)
            data = {"id": "one", "tx_type": first[0], "tx_info": json.loads(first[1])}
            await socket.send({"type": "jsonapi/sendtx", "data": data})
            answer = await socket.next("jsonapi/sendtx")
            self.assertEqual((answer["id"], answer["code"], answer["tx_hash"]), ("one", 200, first[2]))
            batch = [self.signed(alice, n, bid - 500 - n, n - 1) for n in (2, 3)]
            types, infos = json.dumps([it[0] for it in batch]), json.dumps([it[1] for it in batch])
            data = {"id": "two", "tx_types": types, "tx_infos": infos}
            await socket.send({"type": "jsonapi/sendtxbatch", "data": data})
            answer = await socket.next("jsonapi/sendtxbatch")
            self.assertEqual((answer["id"], answer["code"], answer["tx_hash"]), ("two", 200, [it[2] for it in batch]))
            for it in [first, *batch]:
                self.assertEqual((await alice.executed(it[2])).status, 2)
            self.assertEqual({it.client_order_index for it in await alice.active()}, {1, 2, 3})

            gap = self.signed(alice, 4, bid - 504, 9)
            data = {"id": "gap", "tx_type": gap[0], "tx_info": json.loads(gap[1])}
            await socket.send({"type": "jsonapi/sendtx", "data": data})
            refused = await socket.next("jsonapi/sendtx")
            self.assertEqual((refused["id"], refused["code"]), ("gap", 21104))

    def signed(self, alice, client, price, nonce):
        signed = alice.signer.sign_create_order(
            ETH, client, SIZE, price, False, 0, POST_ONLY, nonce=nonce, api_key_index=alice.key
        )
        self.assertIsNone(signed[3])
        return signed


if __name__ == "__main__":
    unittest.main()
