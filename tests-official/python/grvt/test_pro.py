"""The story of the synchronous class, told by the asynchronous one."""

import asyncio
import unittest
from decimal import Decimal

from stage import soon_async
from world import BTC, CLIENT, ETH, World, said, status


class Story(unittest.IsolatedAsyncioTestCase):
    async def test_two_accounts_trade(self):
        async with World(730) as world:
            alice, bob = await asyncio.gather(world.pro(), world.pro("bob"))
            self.assertTrue(alice._cookie["gravity"])
            self.assertNotEqual(alice._cookie["gravity"], bob._cookie["gravity"])
            price = world.room_inside()
            ask = {"client_order_id": CLIENT + 1, "post_only": True}
            offer = await bob.create_limit_order(BTC, "sell", "0.05", price, ask)
            self.assertEqual((offer["order_id"], status(offer)[0]), ("0x00", "PENDING"))
            resting = await self.order(bob, CLIENT + 1, "OPEN")
            self.assertEqual(await bob.fetch_open_orders(BTC), [resting])
            self.assertEqual(await bob.fetch_open_orders(ETH), [])

            await alice.create_order(BTC, "market", "buy", "0.05", params={"client_order_id": CLIENT})
            bought = await self.order(alice, CLIENT, "FILLED")
            taken, made, prints = await asyncio.gather(
                alice.fetch_my_trades(BTC), bob.fetch_my_trades(BTC), alice.fetch_recent_trades(BTC, 50)
            )
            (taken,), (made,) = taken["result"], made["result"]
            self.assertEqual((taken["trade_id"], taken["size"]), (made["trade_id"], "0.05"))
            self.assertIn(taken["trade_id"], [it["trade_id"] for it in prints])
            self.assertEqual((taken["order_id"], made["order_id"]), (bought["order_id"], resting["order_id"]))
            self.assertEqual(Decimal(taken["price"]), Decimal(price))
            (position,) = await alice.fetch_positions([BTC])
            self.assertEqual(position["size"], "0.05")
            summary, balance = await asyncio.gather(alice.get_account_summary(), alice.fetch_balance())
            self.assertEqual([it["instrument"] for it in summary["positions"]], [BTC])
            self.assertEqual(Decimal(balance["total"]["USDT"]), 1_000_000 - Decimal(taken["fee"]))
            self.assertEqual((await alice.fetch_order_history())["result"], [bought])

            low = Decimal(price) - 500
            for n in (2, 3):
                await alice.create_limit_order(BTC, "buy", "0.01", low, {"client_order_id": CLIENT + n})
                await self.order(alice, CLIENT + n, "OPEN")
            self.assertTrue(await alice.cancel_order(params={"client_order_id": CLIENT + 2}))
            await self.order(alice, CLIENT + 2, "CANCELLED")
            self.assertTrue(await alice.cancel_all_orders())
            await self.order(alice, CLIENT + 3, "CANCELLED")
            self.assertEqual(world.truth("alice")["open_orders"], [])

    async def test_what_everybody_may_ask(self):
        async with World(731) as world:
            api = await world.pro(api_key="")
            self.assertIsNone(api._cookie)
            world.crowd(BTC, "pause")
            book, mini, ticker, row, funding = await asyncio.gather(
                api.fetch_order_book(BTC, limit=50),
                api.fetch_mini_ticker(BTC),
                api.fetch_ticker(BTC),
                api.fetch_market(BTC),
                api.fetch_funding_rate_history(BTC),
            )
            self.assertEqual((row, row["tick_size"]), (api.markets[BTC], "0.1"))
            self.assertEqual(await api.fetch_all_markets(), list(api.markets.values()))
            top = (book["bids"][0]["price"], book["asks"][0]["size"])
            for it in (mini, ticker):
                self.assertEqual((it["best_bid_price"], it["best_ask_size"]), top)
            self.assertIn("result", funding)
            trades = await soon_async(lambda: api.fetch_recent_trades(ETH, 5))
            history = await api.fetch_trades(ETH, limit=500)
            self.assertIn(trades[-1], history["result"])
            candles = (await api.fetch_ohlcv(ETH, "1m"))["result"]
            self.assertLessEqual(1, candles[0]["trades"])

            self.assertEqual(await api.fetch_positions(), [])
            refusal = said(api, "GET_POSITIONS")
            self.assertEqual((refusal["code"], refusal["status"]), (1000, 401))

    async def order(self, api, client, wanted):
        """An order, once it stands as wanted."""

        async def stands():
            order = (await api.fetch_order(params={"client_order_id": client})).get("result")
            return order if order and order["state"]["status"] == wanted else None

        return await soon_async(stands)


if __name__ == "__main__":
    unittest.main()
