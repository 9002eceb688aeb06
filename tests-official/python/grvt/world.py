"""The simulated GRVT as grvt-pysdk is pointed at it: its five classes, for whoever is asked for.

The SDK has no setting for a host: it looks its addresses up in functions, which a world replaces while it lasts. Sizes
and prices are decimal text, as the wire has them.
"""

import asyncio
import contextlib
import logging
import os
import time
from decimal import Decimal
from unittest import mock

# The SDK reads the expiry of its cookie as local time.
os.environ["TZ"] = "UTC"
time.tzset()

import pysdk.grvt_ccxt_env as ccxt_env
import pysdk.grvt_ccxt_ws as ccxt_ws
import pysdk.grvt_raw_base as raw_base
import pysdk.grvt_raw_env as raw_env
from pysdk.grvt_ccxt import GrvtCcxt
from pysdk.grvt_ccxt_env import GrvtWSEndpointType
from pysdk.grvt_ccxt_pro import GrvtCcxtPro
from pysdk.grvt_ccxt_ws import GrvtCcxtWS
from pysdk.grvt_raw_async import GrvtRawAsync
from pysdk.grvt_raw_sync import GrvtRawSync
from stage import AsyncStage, soon, soon_async

# The SDK logs each refusal with all that was sent; here refusals are asked for.
logging.getLogger().setLevel(logging.CRITICAL)

BTC, ETH, SOL = "BTC_USDT_Perp", "ETH_USDT_Perp", "SOL_USDT_Perp"
TICKS = {BTC: Decimal("0.1"), ETH: Decimal("0.01"), SOL: Decimal("0.01")}
FUNDS = Decimal(1_000_000)
CLIENT = 2**63
"""The first client id of those that are meant for programs."""
RPC = (GrvtWSEndpointType.TRADE_DATA_RPC_FULL, GrvtWSEndpointType.MARKET_DATA_RPC_FULL)


class World(AsyncStage):
    """Enter it with `async with` for the SDK's asynchronous classes, with `with` for the others. Nothing is counted
    unless `limited`: the venue allows five reads a second."""

    def __init__(self, seed, *options, limited=False):
        super().__init__("grvt", seed, *options, *(() if limited else ("--no-rate-limits",)))
        self._patches = contextlib.ExitStack()

    def __enter__(self):
        super().__enter__()
        venue, kinds = self.venue, ccxt_env.GrvtEndpointType
        domains = {
            kinds.EDGE: venue["edge"],
            kinds.TRADE_DATA: venue["trades"],
            kinds.MARKET_DATA: venue["market_data"],
        }
        hosts = {
            "edge": raw_env.GrvtEndpointConfig(venue["edge"], None),
            "trade_data": raw_env.GrvtEndpointConfig(venue["trades"], venue["ws_trades"] + "/ws"),
            "market_data": raw_env.GrvtEndpointConfig(venue["market_data"], venue["ws_market_data"] + "/ws"),
        }
        config = raw_env.GrvtEnvConfig(**hosts, chain_id=venue["chain_id"])
        for owner, name, stand_in in (
            (ccxt_env, "get_grvt_endpoint_domains", lambda env: domains),
            (ccxt_ws, "get_grvt_ws_endpoint", lambda env, kind: self.socket_url(kind)),
            (raw_base, "get_env_config", lambda env: config),
        ):
            self._patches.enter_context(mock.patch.object(owner, name, stand_in))
        return self

    def __exit__(self, *error):
        self._patches.close()
        super().__exit__(*error)

    def socket_url(self, kind):
        host = "ws_trades" if ccxt_env.is_trading_ws_endpoint(kind) else "ws_market_data"
        return self.venue[host] + ("/ws/full" if kind in RPC else "/ws")

    @property
    def env(self):
        """The environment whose chain the world signs for, by name."""
        return next(name for name, chain in ccxt_env.CHAIN_IDS.items() if chain == self.venue["chain_id"])

    def parameters(self, name, **changed):
        """What the ccxt-style classes are told of an account."""
        keys = self.keys(name)
        known = {"trading_account_id": keys["sub_account_id"]}
        return known | {key: keys[key] for key in ("private_key", "api_key")} | changed

    def ccxt(self, name="alice", kind=GrvtCcxt, book_as_ccxt=False, **changed):
        parameters = self.parameters(name, **changed)
        return kind(ccxt_env.GrvtEnv(self.env), parameters=parameters, order_book_ccxt_format=book_as_ccxt)

    async def pro(self, name="alice", **changed):
        api = self.ccxt(name, GrvtCcxtPro, **changed)
        self._open.push_async_callback(self.close, api)
        await api.load_markets()
        return api

    async def ws(self, name="alice", **changed):
        """Connected on all four sockets; on the public two when nobody is logged in."""
        tasks = Tasks()
        api = Listener(ccxt_env.GrvtEnv(self.env), tasks, parameters=self.parameters(name, **changed))
        self._open.push_async_callback(self.close, api, tasks)
        await api.initialize()
        await until(lambda: api.are_endpoints_connected(api.endpoint_types))
        return api

    async def close(self, api, tasks=None):
        """Ends what the SDK has no end for: its tasks, and a session that it would close without a loop."""
        if tasks is not None:
            await tasks.end()
            await api.__aexit__()
        await api._session.close()
        api._session = None

    def raw(self, name="alice", kind=GrvtRawSync, **changed):
        keys = self.keys(name) | changed
        return kind(
            raw_base.GrvtApiConfig(
                env=raw_env.GrvtEnv(self.env),
                trading_account_id=keys["sub_account_id"],
                private_key=keys["private_key"],
                api_key=keys["api_key"],
                logger=None,
            )
        )

    def raw_async(self, name="alice"):
        api = self.raw(name, GrvtRawAsync)
        self._open.push_async_callback(api._session.close)
        return api

    def room_inside(self, market=BTC):
        """Stops a market's crowd when a price lies free inside its spread, and returns it as text."""
        anybody = GrvtCcxt(ccxt_env.GrvtEnv(self.env))

        def room():
            self.crowd(market, "pause")
            book = anybody.fetch_order_book(market)
            bid, ask = (Decimal(book[side][0]["price"]) for side in ("bids", "asks"))
            if TICKS[market] < ask - bid:
                return str(ask - TICKS[market])
            return self.crowd(market, "resume")

        return soon(room)

    def counter(self, side, price, size, market=BTC):
        """Bob's order, past the wire."""
        return self.order("bob", market, side, price, size)


class Tasks:
    """Stands for the loop that the SDK makes its endless tasks on, so that they have an end."""

    def __init__(self):
        self._tasks = []

    def create_task(self, coroutine):
        self._tasks.append(asyncio.create_task(coroutine))

    async def end(self):
        for task in self._tasks:
            task.cancel()
        await asyncio.gather(*self._tasks, return_exceptions=True)


class Listener(GrvtCcxtWS):
    """The SDK's class for sockets. It only logs what is answered to calls by socket: here that is kept."""

    def __init__(self, *args, **more):
        self.answers, self.feeds = {}, {}
        super().__init__(*args, **more)

    def _check_susbcribed_stream(self, kind, message):
        if "id" in message and "method" in message:
            self.answers[message["id"]] = message
        super()._check_susbcribed_stream(kind, message)

    async def answer(self, call):
        """What is answered to a call by socket: its result, or its error."""
        request = await call
        message = await until(lambda: self.answers.get(request["id"]))
        assert (message["jsonrpc"], message["method"]) == ("2.0", request["method"]), message
        return message.get("result") or message["error"]

    async def listen(self, stream, rpc=False, **params):
        """Subscribes by the old frames or by JSON-RPC; returns the list to which frames are added."""
        kind = ccxt_env.GRVT_WS_STREAMS[stream]
        if rpc:
            kind = GrvtWSEndpointType(kind.value + "_rpc_full")
        frames = []

        async def heard(frame):
            frames.append(frame)

        await self.subscribe(stream, heard, kind, params)
        return frames


async def until(answer):
    """`soon_async` for what is not awaited."""

    async def asked():
        return answer()

    return await soon_async(asked)


def status(order):
    """How an order stands, and why."""
    state = order["state"]
    return state["status"], state["reject_reason"]


def said(api, endpoint):
    """The whole answer to the last call of an endpoint: the ccxt-style classes show less."""
    return api.get_endpoint_return_value(ccxt_env.get_grvt_endpoint(api.env, endpoint))
