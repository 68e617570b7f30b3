-- name: count!
INSERT INTO movements (day, kind, number) VALUES (:day, :kind, 1)
ON CONFLICT (day, kind) DO UPDATE SET number = movements.number + 1;

-- name: since
SELECT day, kind, number FROM movements WHERE day >= :day ORDER BY day, kind;
