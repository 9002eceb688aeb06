"""Orders by the synchronous ccxt-style class. A reply to a create says "taken note of", so each order is followed."""

import time
import unittest
from decimal import Decimal

from stage import soon
from world import BTC, CLIENT, ETH, FUNDS, World, said, status

DAY_NS = 24 * 3600 * 10**9


class Resting(unittest.TestCase):
    def test_an_order_is_taken_rests_is_found_and_is_cancelled_by_both_ids(self):
        with World(710) as world:
            alice = world.ccxt()
            price = world.room_inside()
            before = time.time_ns()
            ack = alice.create_limit_order(BTC, "buy", "0.013", price, post_only(CLIENT + 1))
            self.assertEqual((ack["order_id"], status(ack)), ("0x00", ("PENDING", "UNSPECIFIED")))
            self.assertEqual(ack["metadata"]["client_order_id"], str(CLIENT + 1))
            self.assertEqual(ack["signature"]["signer"], world.keys("alice")["main_account_id"].lower())
            self.assertEqual((ack["state"]["book_size"], ack["state"]["traded_size"]), (["0.013"], ["0.0"]))

            order = rests(alice, CLIENT + 1)
            order_id = order["order_id"]
            self.assertRegex(order_id, "^0x[0-9a-f]{32}$")
            self.assertEqual((order["time_in_force"], order["post_only"]), ("GOOD_TILL_TIME", True))
            self.assertEqual((order["is_market"], order["reduce_only"]), (False, False))
            (leg,) = order["legs"]
            self.assertEqual((leg["instrument"], leg["is_buying_asset"]), (BTC, True))
            self.assertEqual((Decimal(leg["size"]), Decimal(leg["limit_price"])), (Decimal("0.013"), Decimal(price)))
            self.assertEqual(order["signature"], ack["signature"])
            self.assertLess(abs(int(order["signature"]["expiration"]) - before - DAY_NS), 60 * 10**9, "the SDK's day")
            self.assertLess(abs(int(order["metadata"]["create_time"]) - before), 60 * 10**9)
            self.assertEqual(alice.fetch_order(order_id)["result"], order)
            self.assertEqual(alice.fetch_open_orders(), [order])
            self.assertEqual(alice.fetch_open_orders(BTC), [order])
            self.assertEqual(alice.fetch_open_orders(ETH), [])
            (truth,) = world.truth("alice")["open_orders"]
            self.assertEqual((truth["client_id"], Decimal(truth["price"])), (CLIENT + 1, Decimal(price)))
            top = alice.fetch_order_book(BTC)["bids"][0]
            self.assertEqual((Decimal(top["price"]), Decimal(top["size"])), (Decimal(price), Decimal("0.013")))

            self.assertTrue(alice.cancel_order(params={"client_order_id": CLIENT + 1}))
            gone = ends(alice, CLIENT + 1)
            self.assertEqual((status(gone), gone["order_id"]), (("CANCELLED", "CLIENT_CANCEL"), order_id))
            self.assertEqual((gone["state"]["book_size"], gone["state"]["traded_size"]), (["0.0"], ["0.0"]))

            alice.create_order(BTC, "limit", "sell", 0.013, float(price) + 5000, post_only(CLIENT + 2))
            second = rests(alice, CLIENT + 2)
            self.assertFalse(second["legs"][0]["is_buying_asset"])
            self.assertTrue(alice.cancel_order(second["order_id"]))
            self.assertEqual(status(ends(alice, CLIENT + 2)), ("CANCELLED", "CLIENT_CANCEL"))
            self.assertEqual((alice.fetch_open_orders(), world.truth("alice")["open_orders"]), ([], []))
            history = alice.fetch_order_history()
            self.assertEqual(client_ids(history["result"]), [CLIENT + 2, CLIENT + 1], "the last one first")
            self.assertEqual(history["next"], "")

    def test_a_client_id_is_taken_while_its_order_lives(self):
        with World(711) as world:
            alice = world.ccxt()
            price = Decimal(world.room_inside()) - 100
            alice.create_limit_order(BTC, "buy", "0.01", price, post_only(CLIENT))
            rests(alice, CLIENT)
            self.assertEqual(alice.create_limit_order(BTC, "buy", "0.02", price - 1, post_only(CLIENT)), {})
            refusal = said(alice, "CREATE_ORDER")
            self.assertEqual((refusal["code"], refusal["status"]), (2012, 400))
            (only,) = alice.fetch_open_orders()
            self.assertEqual(Decimal(only["legs"][0]["size"]), Decimal("0.01"))
            alice.cancel_order(params={"client_order_id": CLIENT})
            ends(alice, CLIENT)
            alice.create_limit_order(BTC, "buy", "0.02", price - 1, post_only(CLIENT))
            self.assertEqual(Decimal(rests(alice, CLIENT)["legs"][0]["size"]), Decimal("0.02"), "it may be used again")

    def test_a_cancel_that_overtakes_its_create_waits_for_it(self):
        with World(712) as world:
            alice = world.ccxt()
            price = Decimal(world.room_inside()) - 100
            early = {"client_order_id": CLIENT + 7, "time_to_live_ms": 5000}
            self.assertTrue(alice.cancel_order(params=early))
            alice.create_limit_order(BTC, "buy", "0.01", price, post_only(CLIENT + 7))
            self.assertEqual(status(ends(alice, CLIENT + 7))[0], "CANCELLED")
            self.assertEqual((alice.fetch_open_orders(), world.truth("alice")["open_orders"]), ([], []))
            self.assertFalse(alice.cancel_order(params=early | {"time_to_live_ms": 5001}))
            self.assertEqual(said(alice, "CANCEL_ORDER")["code"], 2301)

    def test_all_are_cancelled_of_one_kind_and_all(self):
        with World(713) as world:
            alice, bob = world.ccxt(), world.ccxt("bob")
            for n, market in enumerate((BTC, BTC, ETH)):
                low = Decimal(alice.fetch_order_book(market)["bids"][0]["price"]) - 50
                for api in (alice, bob):
                    api.create_limit_order(market, "buy", "0.1", low - n, post_only(CLIENT + n))
                    rests(api, CLIENT + n)
            self.assertTrue(alice.cancel_all_orders({"base": "BTC"}))
            soon(lambda: client_ids(alice.fetch_open_orders()) == [CLIENT + 2])
            self.assertEqual(status(ends(alice, CLIENT))[0], "CANCELLED")
            self.assertTrue(alice.cancel_all_orders())
            soon(lambda: alice.fetch_open_orders() == [])
            self.assertEqual(len(bob.fetch_open_orders()), 3, "another's orders stay")
            self.assertEqual(len(bob.fetch_open_orders(BTC)), 2)
            self.assertEqual({status(it)[0] for it in alice.fetch_order_history()["result"]}, {"CANCELLED"})


class Ending(unittest.TestCase):
    """The ways in which an order that was taken ends, each with its word."""

    def test_each_end_has_its_word(self):
        with World(715) as world:
            alice = world.ccxt()
            price = world.room_inside()
            ask = str(Decimal(price) + Decimal("0.1"))

            def end(n, price, size="0.01", **more):
                alice.create_limit_order(BTC, "buy", size, price, {"client_order_id": CLIENT + n, **more})
                return status(ends(alice, CLIENT + n))

            self.assertEqual(end(1, ask, post_only=True)[1], "FAIL_POST_ONLY")
            self.assertEqual(end(2, price, time_in_force="IMMEDIATE_OR_CANCEL"), ("CANCELLED", "IOC_CANCEL"))
            world.counter("sell", price, "0.01")
            self.assertEqual(end(3, price, "0.02", time_in_force="FILL_OR_KILL"), ("CANCELLED", "FOK_CANCEL"))
            self.assertEqual(end(4, price, "0.01", time_in_force="FILL_OR_KILL"), ("FILLED", "UNSPECIFIED"))
            late = end(5, str(Decimal(price) - 100), order_duration_secs=1)
            self.assertEqual(late, ("CANCELLED", "EXPIRED"))
            self.assertEqual(alice.fetch_open_orders(), [])
            self.assertEqual(world.truth("alice")["positions"], {BTC: "0.01"})

    def test_the_rest_of_an_immediate_order_is_cancelled(self):
        with World(716) as world:
            alice = world.ccxt()
            price = world.room_inside()
            world.counter("sell", price, "0.004")
            ioc = {"client_order_id": CLIENT, "time_in_force": "IMMEDIATE_OR_CANCEL"}
            alice.create_limit_order(BTC, "buy", "0.01", price, ioc)
            order = ends(alice, CLIENT)
            self.assertEqual(status(order), ("CANCELLED", "IOC_CANCEL"))
            state = order["state"]
            self.assertEqual((state["traded_size"], state["book_size"]), (["0.004"], ["0.0"]))
            self.assertEqual(Decimal(state["avg_fill_price"][0]), Decimal(price))

    def test_reduce_only_needs_a_position(self):
        with World(717) as world:
            alice = world.ccxt()
            price = world.room_inside()
            reduce = {"client_order_id": CLIENT, "reduce_only": True}
            self.assertEqual(alice.create_limit_order(BTC, "sell", "0.01", price, reduce), {})
            refusal = said(alice, "CREATE_ORDER")
            self.assertEqual((refusal["code"], refusal["status"]), (2400, 400))
            alice.create_order(BTC, "market", "buy", "0.01", params={"client_order_id": CLIENT + 1})
            self.assertEqual(status(ends(alice, CLIENT + 1))[0], "FILLED")
            alice.create_order(BTC, "market", "sell", "0.01", params=reduce)
            self.assertEqual(status(ends(alice, CLIENT))[0], "FILLED")
            self.assertEqual(world.truth("alice")["positions"], {})


class Trading(unittest.TestCase):
    def test_two_accounts_trade_and_see_the_same(self):
        with World(720) as world:
            alice, bob = world.ccxt(), world.ccxt("bob")
            price = world.room_inside()
            bob.create_limit_order(BTC, "sell", "0.03", price, post_only(CLIENT))
            rests(bob, CLIENT)
            alice.create_order(BTC, "market", "buy", "0.02", params={"client_order_id": CLIENT})
            bought, sold = ends(alice, CLIENT), order_of(bob, CLIENT)
            self.assertEqual((status(bought), bought["is_market"]), (("FILLED", "UNSPECIFIED"), True))
            self.assertEqual(bought["state"]["traded_size"], ["0.02"])
            self.assertEqual(Decimal(bought["state"]["avg_fill_price"][0]), Decimal(price))
            state = sold["state"]
            self.assertEqual((state["status"], state["traded_size"], state["book_size"]), ("OPEN", ["0.02"], ["0.01"]))

            (taken,), (made,) = (api.fetch_my_trades(BTC)["result"] for api in (alice, bob))
            for key in ("trade_id", "size", "price", "event_time", "instrument", "venue"):
                self.assertEqual(taken[key], made[key], key)
            self.assertEqual((Decimal(taken["size"]), Decimal(taken["price"])), (Decimal("0.02"), Decimal(price)))
            sides = [(it["is_buyer"], it["is_taker"]) for it in (taken, made)]
            self.assertEqual(sides, [(True, True), (False, False)])
            self.assertEqual((taken["order_id"], taken["client_order_id"]), (bought["order_id"], str(CLIENT)))
            notional = Decimal("0.02") * Decimal(price)
            for it, percent in ((taken, Decimal("0.045")), (made, Decimal("-0.0001"))):
                self.assertEqual(Decimal(it["fee_rate"]), percent)
                self.assertLess(abs(Decimal(it["fee"]) - notional * percent / 100), Decimal("0.000002"))
            public = next(it for it in alice.fetch_recent_trades(BTC, 50) if it["trade_id"] == taken["trade_id"])
            for key in ("size", "price", "event_time", "mark_price", "index_price"):
                self.assertEqual(public[key], taken[key], key)
            self.assertTrue(public["is_taker_buyer"])

            (long,), (short,) = alice.fetch_positions(), bob.fetch_positions([BTC])
            self.assertEqual((Decimal(long["size"]), Decimal(short["size"])), (Decimal("0.02"), Decimal("-0.02")))
            self.assertEqual({Decimal(it["entry_price"]) for it in (long, short)}, {Decimal(price)})
            mark = Decimal(long["mark_price"])
            self.assertEqual(Decimal(long["notional"]), mark * Decimal("0.02"))
            self.assertLess(
                abs(Decimal(long["unrealized_pnl"]) - (mark - Decimal(price)) * Decimal("0.02")), Decimal("0.01")
            )
            self.assertEqual(alice.fetch_positions([ETH]), [])
            self.assertEqual(alice.fetch_my_trades(ETH)["result"], [])

            alice.create_order(BTC, "market", "sell", "0.02", params={"client_order_id": CLIENT + 1})
            ends(alice, CLIENT + 1)
            self.assertEqual([it for it in alice.fetch_positions() if Decimal(it["size"])], [])
            self.assertEqual(world.truth("alice")["positions"], {})
            fills = alice.fetch_my_trades()["result"]
            self.assertEqual(fills[-1], taken, "the last one first")
            self.assertEqual(sum(Decimal(it["size"]) * (1 if it["is_buyer"] else -1) for it in fills), 0)
            truth = world.truth("alice")["fills"]
            self.assertEqual([it["trade_id"].split("-")[0] for it in fills], [it["trade_id"] for it in truth[::-1]])

    def test_balances_and_summaries(self):
        with World(721) as world:
            alice = world.ccxt()
            world.room_inside()
            new = alice.get_account_summary()
            self.assertEqual((new["sub_account_id"], new["settle_currency"]), (alice.get_trading_account_id(), "USDT"))
            self.assertEqual((Decimal(new["total_equity"]), Decimal(new["available_balance"])), (FUNDS, FUNDS))
            self.assertEqual(new["positions"], [])
            alice.create_order(BTC, "market", "buy", "0.1", params={"client_order_id": CLIENT})
            ends(alice, CLIENT)
            after = alice.get_account_summary()
            (position,) = after["positions"]
            fees = sum(Decimal(it["fee"]) for it in alice.fetch_my_trades()["result"])
            (cash,) = after["spot_balances"]
            self.assertEqual((cash["currency"], Decimal(cash["balance"])), ("USDT", FUNDS - fees))
            equity = FUNDS - fees + Decimal(position["unrealized_pnl"])
            self.assertLess(abs(Decimal(after["total_equity"]) - equity), Decimal("0.01"))
            initial = Decimal(after["initial_margin"])
            self.assertLess(Decimal(after["maintenance_margin"]), initial)
            self.assertLess(abs(Decimal(after["available_balance"]) - (equity - initial)), Decimal("0.01"))

            balance = alice.fetch_balance()
            self.assertEqual(balance["total"], {"USDT": cash["balance"]})
            used = Decimal(balance["used"]["USDT"])
            self.assertEqual(used, Decimal(cash["balance"]) - Decimal(balance["free"]["USDT"]))
            whole, funding = alice.get_account_summary("aggregated"), alice.get_account_summary("funding")
            owner = world.keys("alice")["main_account_id"].lower()
            self.assertEqual((whole["main_account_id"], funding["main_account_id"]), (owner, owner))
            self.assertLess(abs(Decimal(whole["total_equity"]) - equity), Decimal("0.01"))

    def test_history_is_paged(self):
        with World(722) as world:
            alice = world.ccxt()
            low = Decimal(world.room_inside()) - 100
            for n in range(5):
                alice.create_limit_order(BTC, "buy", "0.01", low, post_only(CLIENT + n))
                rests(alice, CLIENT + n)
                alice.create_order(BTC, "market", "buy", "0.01", params={"client_order_id": CLIENT + 10 + n})
                ends(alice, CLIENT + 10 + n)
            alice.cancel_all_orders()
            soon(lambda: alice.fetch_open_orders() == [])
            whole = client_ids(alice.fetch_order_history()["result"])
            self.assertEqual(sorted(whole), sorted([CLIENT + n for n in (*range(5), *range(10, 15))]))
            orders, cursor = [], ""
            while True:
                page = alice.fetch_order_history({"limit": 3, "cursor": cursor})
                orders += client_ids(page["result"])
                cursor = page["next"]
                if not cursor:
                    break
            self.assertEqual(orders, whole)
            fills = [it["trade_id"] for it in alice.fetch_my_trades()["result"]]
            self.assertLessEqual(5, len(fills))
            first = alice.fetch_my_trades(limit=2)
            self.assertEqual([it["trade_id"] for it in first["result"]], fills[:2])
            then = alice.fetch_my_trades(params={"cursor": first["next"]})
            self.assertEqual(then["result"][0]["trade_id"], fills[2])


def post_only(client):
    return {"client_order_id": client, "post_only": True}


def order_of(api, client):
    """An order of a client's number as it stands, live or ended."""
    return api.fetch_order(params={"client_order_id": client}).get("result")


def rests(api, client):
    """Waits until an order has left the state in which it was acknowledged, and it must rest."""
    order = soon(lambda: settled(order_of(api, client), "PENDING"))
    assert status(order)[0] == "OPEN", order
    return order


def ends(api, client):
    """Waits for an order's end."""
    return soon(lambda: settled(order_of(api, client), "PENDING", "OPEN"))


def settled(order, *passing):
    return order if order and status(order)[0] not in passing else None


def client_ids(orders):
    return [int(it["metadata"]["client_order_id"]) for it in orders]


if __name__ == "__main__":
    unittest.main()
