// The venue's own client speaks the short names only, by tables of its own: what it understands of an answer must be
// what the same answer says in full names, field by field.

import assert from 'node:assert/strict'
import { test } from 'node:test'

import { BTC, CLIENT, ETH, World, soon, tenths } from './world.js'

test('what everybody may ask', async () => {
  await World.of(790, async (world) => {
    const { mdg } = world
    await soon(async () => (await mdg.trade({ instrument: BTC, limit: 50 })).result.length > 3)
    for (const market of [BTC, ETH]) {
      await world.crowd(market, 'pause')
    }
    const minutes = { instrument: BTC, interval: 'CI_1_M', type: 'TRADE', limit: 3 }
    const still = {}
    for (const [method, name, payload] of [
      ['instrument', 'instrument', { instrument: BTC }],
      ['instruments', 'instruments', { kind: ['PERPETUAL'], base: ['ETH'], limit: 10 }],
      ['allInstruments', 'all_instruments', { is_active: true }],
      ['trade', 'trade', { instrument: BTC, limit: 500 }],
      ['tradesHistory', 'trade_history', { instrument: ETH, limit: 2 }],
      ['candlestick', 'kline', minutes],
      ['funding', 'funding', { instrument: BTC, limit: 3 }],
      ['marginRules', 'margin_rules', { instrument: BTC }]
    ]) {
      still[name] = await mdg[method](payload)
      assert.deepEqual(still[name], await world.full(name, payload), name)
    }
    const currencies = await mdg.currency()
    assert.deepEqual(currencies, await world.full('currency', {}))
    assert.equal(currencies.result.find((it) => it.symbol === 'USDT').id, 3)
    assert.deepEqual(still.all_instruments.result.map((it) => it.quote), ['USDT', 'USDT', 'USDT'])
    assert.equal(still.kline.result[0].close, still.trade.result[0].price)
    const depth = { instrument: BTC, depth: 10 }
    const [book, full] = [(await mdg.orderBook(depth)).result, (await world.full('book', depth)).result]
    assert.deepEqual({ ...book, event_time: full.event_time }, full, 'but for when it was asked')
    assert.equal(book.bids.length, 10)
    // Marks move by themselves: only what the book decides is the same from one call to the next.
    for (const [method, name] of [['miniTicker', 'mini'], ['ticker', 'ticker']]) {
      const lite = (await mdg[method]({ instrument: BTC })).result
      const full = (await world.full(name, { instrument: BTC })).result
      assert.deepEqual(Object.keys(lite).sort(), Object.keys(full).sort())
      for (const key of ['best_bid_price', 'best_ask_size', 'last_price', 'instrument']) {
        assert.equal(lite[key], full[key], key)
      }
    }
  })
})

test('an order rests and is cancelled, another trades', async () => {
  await World.of(791, async (world) => {
    const alice = await world.trader('alice')
    const own = { sub_account_id: alice.account }
    const { bid, ask } = await world.roomInside()
    const resting = await alice.sent('OPEN', CLIENT, 'buy', '0.013', bid - 551n, { post_only: true })
    assert.deepEqual((await alice.same('openOrders', 'open_orders', own)).result, [resting])
    assert.equal(resting.legs[0].limit_price, tenths(bid - 551n))
    assert.equal(resting.signature.signer, alice.wallet.address.toLowerCase())
    await alice.same('order', 'order', { ...own, order_id: resting.order_id })
    const [truth] = (await world.truth('alice')).open_orders
    assert.equal(truth.size, '0.013')

    const twice = await alice.order(CLIENT, 'buy', '0.02', bid - 600n)
    await refused(alice.tdg.createOrder({ order: twice }), 400, 2012)
    // The client has no table for what is answered to a cancel: it takes it for an order.
    await alice.tdg.cancelOrder({ ...own, order_id: resting.order_id })
    assert.equal((await alice.known(CLIENT, 'CANCELLED')).state.reject_reason, 'CLIENT_CANCEL')

    const bought = await alice.sent('FILLED', CLIENT + 1n, 'buy', '0.02', null)
    assert.equal(bought.is_market, true)
    const fills = (await alice.same('fillHistory', 'fill_history', { ...own, limit: 10 })).result
    assert.deepEqual([fills[0].order_id, fills[0].is_taker], [bought.order_id, true])
    const [position] = (await alice.tdg.positions({ ...own, kind: ['PERPETUAL'] })).result
    assert.deepEqual([position.instrument, position.size], [BTC, '0.02'])
    const [full] = (await world.full('positions', own, alice.headers)).result
    assert.deepEqual(Object.keys(position).sort(), Object.keys(full).sort())
    const { result: account } = await alice.tdg.subAccountSummary(own)
    assert.deepEqual(account.positions.map((it) => it.size), ['0.02'])
    await alice.same('orderHistory', 'order_history', { ...own, limit: 10 })
    await alice.same('getAllInitialLeverage', 'get_all_initial_leverage', own)
    await alice.same('fundingPaymentHistory', 'funding_payment_history', own)
    await alice.same('getAuthorizedBuilders', 'get_authorized_builders')
    const owner = alice.wallet.address.toLowerCase()
    assert.equal((await alice.tdg.aggregatedAccountSummary()).result.main_account_id, owner)
    assert.equal((await alice.tdg.fundingAccountSummary()).result.main_account_id, owner)
    assert.deepEqual(await alice.tdg.setInitialLeverage({ ...own, instrument: ETH, leverage: '7' }), { success: true })

    const orders = []
    for (const n of [2n, 3n]) {
      orders.push(await alice.sent('OPEN', CLIENT + n, 'sell', '0.01', ask + 100n * n))
    }
    await alice.tdg.cancelAllOrders({ ...own, kind: ['PERPETUAL'] })
    await soon(async () => (await alice.tdg.openOrders(own)).result.length === 0)
    assert.deepEqual((await world.truth('alice')).open_orders, [])
  })
})

test('many at once', async () => {
  await World.of(792, async (world) => {
    const alice = await world.trader('alice')
    const own = { sub_account_id: alice.account }
    const { bid } = await world.roomInside()
    const many = alice.client('v2')
    const orders = []
    for (const n of [1n, 2n, 3n]) {
      orders.push(await alice.order(CLIENT + n, 'buy', '0.01', bid - 100n * n, { post_only: true }))
    }
    const placed = await many.bulkOrders({ ...own, orders, order_i_ds: [], client_order_i_ds: [] })
    assert.deepEqual(placed.orders.map((it) => it.state.status), ['PENDING', 'PENDING', 'PENDING'])
    for (const n of [1n, 2n, 3n]) {
      await alice.known(CLIENT + n, 'OPEN')
    }
    const gone = [`${CLIENT + 1n}`, `${CLIENT + 3n}`]
    const cancelled = await many.bulkOrders({ ...own, orders: [], order_i_ds: [], client_order_i_ds: gone })
    assert.deepEqual(cancelled.cancel_acks, [{ ack: true }, { ack: true }])
    await soon(async () => (await alice.tdg.openOrders(own)).result.length === 1)
    await alice.known(CLIENT + 2n, 'OPEN')
  })
})

test('who is let in', async () => {
  await World.of(793, async (world) => {
    const [alice, bob] = [await world.trader('alice'), await world.trader('bob')]
    const { bid } = await world.roomInside()
    const order = await alice.order(CLIENT, 'buy', '0.01', bid - 100n)
    await refused(bob.tdg.createOrder({ order }), 403, 2003)
    const changed = structuredClone(order)
    changed.legs[0].size = '0.011'
    await refused(alice.tdg.createOrder({ order: changed }), 403, 2002)
    alice.tdg.axios.defaults.headers.common.Cookie = 'gravity=over'
    await refused(alice.tdg.createOrder({ order }), 401, 1000)
    assert.deepEqual((await world.truth('alice')).open_orders, [])
    await alice.loginByWallet()
    await alice.tdg.createOrder({ order })
    await alice.known(CLIENT, 'OPEN')
  })
})

test('what everybody may watch', async () => {
  await World.of(794, async (world) => {
    const socket = world.socket()
    const heard = {}
    for (const [stream, params] of [
      ['book.s', { rate: 500, depth: 10 }],
      ['book.d', { rate: 50 }],
      ['mini.s', { rate: 500 }],
      ['ticker.s', { rate: 500 }],
      ['trade', { limit: 50 }],
      ['candle', { interval: 'CI_1_M', type: 'TRADE' }]
    ]) {
      heard[stream] = listen(socket, stream, { instrument: BTC, ...params })
    }
    await soon(() => Object.values(heard).every((it) => it.length > 2))
    await world.crowd(BTC, 'pause')
    const book = (await world.full('book', { instrument: BTC, depth: 10 })).result
    await soon(() => equal(heard['book.s'].at(-1).bids, book.bids) && equal(heard['book.s'].at(-1).asks, book.asks))
    for (const name of ['mini', 'ticker']) {
      const rest = (await world.full(name, { instrument: BTC })).result
      const last = () => heard[`${name}.s`].at(-1)
      await soon(() => last().best_bid_price === rest.best_bid_price && last().last_price === rest.last_price)
      assert.deepEqual(Object.keys(last()).sort(), Object.keys(rest).sort())
    }
    const trades = (await world.full('trade', { instrument: BTC, limit: 500 })).result
    await soon(() => heard.trade.some((it) => it.trade_id === trades[0].trade_id))
    for (const it of heard.trade) {
      assert.deepEqual(it, trades.find((rest) => rest.trade_id === it.trade_id))
    }
    const asked = { instrument: BTC, interval: 'CI_1_M', type: 'TRADE', limit: 1 }
    const [minute] = (await world.full('kline', asked)).result
    await soon(() => equal(heard.candle.at(-1), minute))
  })
})

test('what becomes of orders', async () => {
  await World.of(795, async (world) => {
    const alice = await world.trader('alice')
    const own = { sub_account_id: alice.account }
    const socket = world.socket(alice)
    await socket.ready()
    const heard = {}
    for (const stream of ['order', 'state', 'position', 'fill']) {
      heard[stream] = listen(socket, stream, own)
    }
    const { ask } = await world.roomInside()
    const price = ask - 1n
    await alice.sent('OPEN', CLIENT, 'buy', '0.03', price, { post_only: true })
    await world.counter('sell', tenths(price), '0.01')
    await soon(() => heard.fill.length === 1 && heard.position.length > 0)
    await alice.tdg.cancelOrder({ ...own, client_order_id: `${CLIENT}` })
    await alice.known(CLIENT, 'CANCELLED')
    await soon(() => heard.order.at(-1)?.state.status === 'CANCELLED')
    const rest = (await world.full('order', { ...own, client_order_id: `${CLIENT}` }, alice.headers)).result
    assert.deepEqual(heard.order.at(-1), rest)
    await soon(() => equal(heard.state.at(-1).order_state, rest.state))
    assert.equal(heard.state.at(-1).client_order_id, `${CLIENT}`)
    assert.deepEqual(heard.fill, (await world.full('fill_history', own, alice.headers)).result)
    const [position] = (await world.full('positions', own, alice.headers)).result
    assert.deepEqual(Object.keys(heard.position.at(-1)).sort(), Object.keys(position).sort())
    assert.equal(heard.position.at(-1).size, '0.01')
  })
})

async function refused (call, status, code) {
  await assert.rejects(call, (error) => {
    assert.deepEqual([error.response?.status, error.response?.data.code], [status, code], error.message)
    assert(error.response.data.message)
    return true
  })
}

/** Subscribes; the list to which what is told is added. */
function listen (socket, stream, params) {
  const told = []
  socket.subscribe({ stream, params, onData: (it) => told.push(it), onError: (error) => assert.fail(error) })
  return told
}

function equal (one, other) {
  try {
    assert.deepEqual(one, other)
    return true
  } catch {
    return false
  }
}
