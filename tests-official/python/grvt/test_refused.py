"""What is refused before it is taken, with the venue's code and status, and nothing of it leaves a trace. Orders are
made by the raw class, which lets one say anything; each is right but for one thing."""

import copy
import time
import unittest
from decimal import Decimal
from unittest import mock

import pysdk.grvt_raw_types as types
from eth_account import Account
from pysdk.grvt_raw_base import GrvtError
from pysdk.grvt_raw_env import GrvtEnv
from pysdk.grvt_raw_signing import sign_order
from raw import Api
from world import BTC, CLIENT, ETH, World, said

ORDER_OF_THE_CURVE = 0xFFFFFFFFFFFFFFFFFFFFFFFFFFFFFFFEBAAEDCE6AF48A03BBFD25E8CD0364141
IOC, FOK, AON = (types.TimeInForce[it] for it in ("IMMEDIATE_OR_CANCEL", "FILL_OR_KILL", "ALL_OR_NONE"))
DAY_NS = 24 * 3600 * 10**9


def hex64(number):
    return f"0x{number:064x}"


class Refusals(unittest.IsolatedAsyncioTestCase):
    async def refused(self, api, order, *codes):
        """An order is refused with one of these; a refusal has a code and a status that fits it."""
        answer = await api.said("create_order", order=order)
        self.assertIsInstance(answer, GrvtError, answer)
        self.assertIn((answer.code, answer.status), codes, answer)

    async def nothing_came_of_it(self, world, api):
        self.assertEqual((await api.own("open_orders")).result, [])
        self.assertEqual((await api.own("order_history")).result, [])
        self.assertEqual(world.truth("alice")["open_orders"], [])


class Signatures(Refusals):
    async def test_what_was_changed_after_it_was_signed(self):
        async with World(765) as world:
            api = Api(world.raw())
            price = Decimal(world.room_inside()) - 100
            whole = await api.signed(CLIENT, "buy", "0.01", str(price), post_only=True)
            for n, change in enumerate(
                (
                    lambda it: setattr(it.legs[0], "size", "0.011"),
                    lambda it: setattr(it.legs[0], "limit_price", str(price - 1)),
                    lambda it: setattr(it.legs[0], "is_buying_asset", False),
                    lambda it: setattr(it.legs[0], "instrument", ETH),
                    lambda it: setattr(it, "post_only", False),
                    lambda it: (setattr(it, "post_only", False), setattr(it, "time_in_force", IOC)),
                    lambda it: setattr(it.signature, "nonce", it.signature.nonce + 1),
                    lambda it: setattr(it.signature, "expiration", str(int(it.signature.expiration) + 1)),
                    lambda it: setattr(it.signature, "r", it.signature.r[:-1] + flipped(it.signature.r[-1])),
                    lambda it: setattr(it.signature, "s", it.signature.s[:-1] + flipped(it.signature.s[-1])),
                    lambda it: setattr(it.signature, "v", 55 - it.signature.v),
                )
            ):
                order = copy.deepcopy(whole)
                change(order)
                with self.subTest(n):
                    await self.refused(api, order, (2002, 403))
            await self.nothing_came_of_it(world, api)
            await api("create_order", order=whole)
            await api.order(CLIENT, "OPEN")

    async def test_whose_and_of_what_form_it_is(self):
        async with World(766) as world:
            api = Api(world.raw())
            price = str(Decimal(world.room_inside()) - 100)
            whole = await api.signed(CLIENT, "buy", "0.01", price)
            bob = world.keys("bob")

            foreign = copy.deepcopy(whole)
            sign_order(foreign, api.sdk.config, Account.from_key(bob["private_key"]), await api.instruments())
            await self.refused(api, foreign, (2000, 403))
            foreign.signature.signer = whole.signature.signer
            await self.refused(api, foreign, (2002, 403))

            theirs = copy.deepcopy(whole)
            theirs.sub_account_id = bob["sub_account_id"]
            await self.refused(api, theirs, (2003, 403))
            with mock.patch.object(api.sdk.config, "env", GrvtEnv.PROD if world.env != "prod" else GrvtEnv.DEV):
                await self.refused(api, await api.signed(CLIENT, "buy", "0.01", price), (2002, 403))

            high = hex64(ORDER_OF_THE_CURVE - int(whole.signature.s, 16))
            for change, code in (
                ({"v": 26}, 2005),
                ({"v": 0}, 2005),
                ({"r": whole.signature.r[:-1]}, 2006),
                ({"s": whole.signature.s + "0"}, 2006),
                ({"r": "0x" + "z" * 64}, 2006),
                ({"s": high, "v": 55 - whole.signature.v}, 2007),
            ):
                order = copy.deepcopy(whole)
                vars(order.signature).update(change)
                with self.subTest(change):
                    await self.refused(api, order, (code, 403))
            now = time.time_ns()
            for expiration, code in ((now - 1, 2001), (now + 31 * DAY_NS, 2008)):
                late = await api.signed(CLIENT, "buy", "0.01", price, signing={"expiration": str(expiration)})
                await self.refused(api, late, (code, 403))
            await self.nothing_came_of_it(world, api)


class Orders(Refusals):
    async def test_what_the_rules_of_a_market_forbid(self):
        async with World(767) as world:
            api = Api(world.raw())
            price = Decimal(world.room_inside()) - 100
            low = str(price)
            for order, *codes in (
                (("buy", "0.01", str(price + Decimal("0.05"))), (2064, 400)),
                (("buy", "0.0101", low), (2065, 400)),
                (("buy", "0.0001", low), (2062, 400)),
                (("buy", "0.001", low), (2066, 400)),
                (("buy", "0", low), (2062, 400), (1003, 400), (2065, 400)),
                (("buy", "1000", low), (2080, 400), (2081, 400)),
            ):
                with self.subTest(order):
                    await self.refused(api, await api.signed(CLIENT, *order), *codes)
            for more, *codes in (
                ({"post_only": True, "time_in_force": IOC}, (2032, 400)),
                ({"time_in_force": AON}, (2030, 400)),
                ({"reduce_only": True}, (2400, 400)),
                ({"order_id": "0x01"}, (2010, 400)),
            ):
                with self.subTest(more):
                    await self.refused(api, await api.signed(CLIENT, "buy", "0.01", low, **more), *codes)
            await self.nothing_came_of_it(world, api)

    async def test_orders_that_are_not_whole(self):
        async with World(768) as world:
            api = Api(world.raw())
            low = str(Decimal(world.room_inside()) - 100)
            whole = await api.signed(CLIENT, "buy", "0.01", low)
            state = types.OrderState(types.OrderStatus.OPEN, types.OrderRejectReason.UNSPECIFIED, [], [], "0", [])
            for n, (change, *codes) in enumerate(
                (
                    (lambda it: setattr(it, "legs", []), (2040, 400)),
                    (lambda it: it.legs.append(it.legs[0]), (2042, 400)),
                    (lambda it: setattr(it, "state", state), (2050, 400)),
                    (lambda it: setattr(it.metadata, "client_order_id", ""), (2011, 400), (1003, 400)),
                    (lambda it: setattr(it.legs[0], "instrument", "DOGE_USDT_Perp"), (2061, 400), (3000, 400)),
                    (lambda it: setattr(it, "is_market", True), (2020, 400)),
                    (lambda it: setattr(it.legs[0], "limit_price", None), (2021, 400)),
                    (lambda it: setattr(it.legs[0], "size", "much"), (1003, 400)),
                    (lambda it: setattr(it, "sub_account_id", "mine"), (3020, 400), (1003, 400)),
                )
            ):
                order = copy.deepcopy(whole)
                change(order)
                with self.subTest(n):
                    await self.refused(api, order, *codes)
            await self.nothing_came_of_it(world, api)

    async def test_what_is_asked_in_vain(self):
        async with World(769) as world:
            api = Api(world.raw())
            own, theirs = api.sub_account, world.keys("bob")["sub_account_id"]
            leverage = {"sub_account_id": own, "instrument": BTC}
            for method, fields, *codes in (
                ("get_order", {"sub_account_id": own, "client_order_id": "1"}, (1004, 404)),
                ("get_order", {"sub_account_id": own}, (3021, 400)),
                ("cancel_order", {"sub_account_id": own}, (3021, 400)),
                ("get_order", {"sub_account_id": theirs, "client_order_id": "1"}, (2003, 403)),
                ("open_orders", {"sub_account_id": theirs}, (2003, 403)),
                ("positions", {"sub_account_id": "18446744073709551615"}, (2003, 403)),
                ("cancel_all_orders", {"sub_account_id": theirs}, (2003, 403)),
                ("cancel_on_disconnect", {"sub_account_id": own, "countdown_time": "300001"}, (6000, 400)),
                ("set_initial_leverage", leverage | {"leverage": "0"}, (2107, 400), (2100, 400)),
                ("set_initial_leverage", leverage | {"leverage": "5000"}, (2108, 400), (2100, 400)),
                ("orderbook_levels", {"instrument": BTC, "depth": 11}, (3031, 400)),
                ("ticker", {"instrument": "DOGE_USDT_Perp"}, (1004, 404), (3000, 400)),
                ("trade", {"instrument": BTC, "limit": 1001}, (3011, 400)),
            ):
                with self.subTest(method=method, **fields):
                    answer = await api.said(method, **fields)
                    self.assertIsInstance(answer, GrvtError, answer)
                    self.assertIn((answer.code, answer.status), codes, answer)


class NotServed(unittest.TestCase):
    """What the ccxt-style classes can ask and the simulated venue does not carry. This list may only shrink."""

    def test_calls_that_there_are_not(self):
        with World(774) as world:
            alice = world.ccxt()
            for endpoint, call in {
                "GET_ACCOUNT_HISTORY": alice.fetch_account_history,
                "GET_VAULT_MANAGER_INVESTOR_HISTORY": alice.fetch_vault_manager_investor_history,
                "GET_VAULT_REDEMPTION_QUEUE": alice.fetch_vault_redemption_queue,
                "SET_DERISK_MM_RATIO": lambda: alice.set_derisk_mm_ratio("2.0"),
            }.items():
                with self.subTest(endpoint):
                    call()
                    refusal = said(alice, endpoint)
                    self.assertEqual((refusal["code"], refusal["status"]), (1004, 404))


class Sessions(unittest.IsolatedAsyncioTestCase):
    async def test_a_key_that_nobody_has(self):
        async with World(770) as world:
            stranger = world.ccxt(api_key="nobody's")
            self.assertIsNone(stranger._cookie)
            self.assertEqual(stranger.fetch_positions(), [])
            refusal = said(stranger, "GET_POSITIONS")
            self.assertEqual((refusal["code"], refusal["status"]), (1000, 401))
            self.assertEqual(stranger.create_limit_order(BTC, "buy", "0.01", "50000", {"client_order_id": CLIENT}), {})
            self.assertEqual(said(stranger, "CREATE_ORDER")["code"], 1000)
            self.assertEqual(world.truth("alice")["open_orders"], [])

    async def test_a_login_that_is_over_is_renewed(self):
        async with World(771) as world:
            alice, raw = world.ccxt(), Api(world.raw())
            self.assertEqual((alice.fetch_open_orders(), (await raw.own("open_orders")).result), ([], []))
            over = {"where": "request", "match": {"ask": "open_orders"}, "do": "expire_tokens", "times": 1}
            world.control("/faults", {"rules": [over | {"venue": "grvt"}]})
            alice.fetch_open_orders()
            refusal = said(alice, "GET_OPEN_ORDERS")
            self.assertEqual((refusal["code"], refusal["status"]), (1000, 401))
            answer = await raw.said("open_orders", sub_account_id=raw.sub_account)
            self.assertEqual((answer.code, answer.status), (1000, 401), "all logins are over")

            # The SDK logs in again by its clock alone: here the day is over.
            old = alice._cookie["gravity"]
            alice._cookie["expires"] = time.time() + 4
            low = Decimal(world.room_inside()) - 100
            self.assertTrue(alice.create_limit_order(BTC, "buy", "0.01", low, {"client_order_id": CLIENT}))
            self.assertNotEqual(alice._cookie["gravity"], old)
            raw.sdk._cookie = None
            order = await raw.order(CLIENT, "OPEN")
            self.assertEqual((await raw.own("open_orders")).result, [order])

    async def test_another_session_does_not_reach_an_account(self):
        async with World(772) as world:
            bob = world.ccxt("bob", trading_account_id=world.keys("alice")["sub_account_id"])
            low = Decimal(world.room_inside()) - 100
            self.assertEqual(bob.create_limit_order(BTC, "buy", "0.01", low, {"client_order_id": CLIENT}), {})
            self.assertEqual(said(bob, "CREATE_ORDER")["code"], 2003)
            self.assertEqual(bob.fetch_open_orders(), [])
            self.assertEqual(said(bob, "GET_OPEN_ORDERS")["code"], 2003)
            self.assertEqual(world.truth("alice")["open_orders"], [])


class Limits(unittest.IsolatedAsyncioTestCase):
    async def test_who_asks_too_often_waits(self):
        async with World(773, limited=True) as world:
            api = Api(world.raw())
            answers = [await api.said("positions", sub_account_id=api.sub_account) for _ in range(12)]
            refused = [it for it in answers if isinstance(it, GrvtError)]
            self.assertEqual({(it.code, it.status) for it in refused}, {(1006, 429)})
            self.assertLess(len(refused), len(answers))


def flipped(digit):
    return "0" if digit != "0" else "1"


if __name__ == "__main__":
    unittest.main()
