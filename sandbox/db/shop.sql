CREATE ROLE replicator LOGIN REPLICATION PASSWORD 'replicator' IN ROLE pg_checkpoint;
-- What pg_rewind reads with.
GRANT EXECUTE ON FUNCTION pg_ls_dir(text, boolean, boolean), pg_stat_file(text, boolean), pg_read_binary_file(text),
    pg_read_binary_file(text, bigint, bigint, boolean) TO replicator;
CREATE ROLE monitor LOGIN PASSWORD 'monitor' IN ROLE pg_monitor;
CREATE ROLE shop LOGIN PASSWORD 'shop';
CREATE DATABASE shop OWNER shop;
\connect shop shop
CREATE TABLE orders (
    id text PRIMARY KEY,
    key text UNIQUE,
    paid boolean NOT NULL,
    total_cents integer NOT NULL CHECK (total_cents > 0),
    placed_at timestamptz NOT NULL DEFAULT now(),
    fulfilled_at timestamptz
);
COMMENT ON COLUMN orders.key IS 'Idempotency-Key of the client, if it sent one: the same key is the same order';
CREATE INDEX orders_unfulfilled ON orders (placed_at) WHERE fulfilled_at IS NULL;
-- No constraint on purpose: an order that were shipped twice must show, not fail.
CREATE TABLE shipments (
    order_id text NOT NULL REFERENCES orders,
    shipped_at timestamptz NOT NULL DEFAULT now()
);
CREATE INDEX shipments_order ON shipments (order_id);
GRANT SELECT ON orders, shipments TO monitor;
