// Stripe's own sample for Node: Express, and better-sqlite3 for the rows the others write.
// node server.js <data folder> <webhook secret> <path>; prints its port.
const crypto = require("node:crypto");
const express = require("express");
const Database = require("better-sqlite3");
const stripe = require("stripe")("sk_test_benchmark1234");

const [folder, secret, path] = process.argv.slice(2);
const db = new Database(`${folder}/books.sqlite3`);
db.pragma("journal_mode = WAL");
db.pragma("synchronous = FULL");
db.pragma("foreign_keys = ON");

const addEvent = db.prepare(
  "INSERT INTO stripe_events VALUES (?, ?, ?, ?, 'booked', ?, '{}') ON CONFLICT DO NOTHING");
const addPayment = db.prepare("INSERT INTO payments VALUES (?, ?, ?, ?, ?, ?, ?)");
const sum = db.prepare("SELECT sum(amount_minor) AS paid FROM payments WHERE invoice_id = ?");
const setStatus = db.prepare(
  "UPDATE invoices SET status = iif(total_minor <= ?, 'paid', 'partially_paid') WHERE id = ?");
const addLine = db.prepare(
  "INSERT INTO invoice_history VALUES (?, ?, ?, 'payment_booked', 'stripe', ?)");

const book = db.transaction((event) => {
  const now = new Date().toISOString();
  const intent = event.data.object;
  const invoice = intent.metadata.invoice_id;
  const created = new Date(event.created * 1000).toISOString();
  const added = addEvent.run(event.id, event.type, created, now, invoice).changes;
  if (!added || event.type !== "payment_intent.succeeded") return;
  addPayment.run(crypto.randomUUID(), invoice, intent.id, intent.amount_received,
    intent.currency, intent.payment_method_types[0], now);
  setStatus.run(sum.get(invoice).paid, invoice);
  addLine.run(crypto.randomUUID(), invoice, now,
    JSON.stringify({ amount_minor: intent.amount_received, event_id: event.id }));
});

const app = express();
app.post(path, express.raw({ type: "application/json" }), (request, response) => {
  let event;
  try {
    event = stripe.webhooks.constructEvent(
      request.body, request.headers["stripe-signature"], secret);
  } catch (error) {
    response.status(400).json({ error: "bad signature" });
    return;
  }
  book.immediate(event);
  response.json({ received: true });
});
const server = app.listen(0, "127.0.0.1", () => console.log(server.address().port));
process.on("SIGTERM", () => {
  server.closeAllConnections();
  server.close(() => { db.close(); process.exit(0); });
});
