CREATE ROLE shop LOGIN PASSWORD 'shop';
CREATE DATABASE shop OWNER shop;
\connect shop shop
CREATE TABLE orders (
    id text PRIMARY KEY,
    key text UNIQUE,
    paid boolean NOT NULL,
    total_cents integer NOT NULL CHECK (total_cents > 0),
    placed_at timestamptz NOT NULL DEFAULT now()
);
COMMENT ON COLUMN orders.key IS 'Idempotency-Key of the client, if it sent one: the same key is the same order';
