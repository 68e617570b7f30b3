-- name: count!
INSERT INTO movements (day, kind, number) VALUES (:day, :kind, :number)
ON CONFLICT (day, kind) DO UPDATE SET number = movements.number + excluded.number;

-- name: by_month
SELECT SUBSTR(day, 1, 7) AS month, kind, CAST(SUM(number) AS INTEGER) AS number FROM movements
WHERE day >= :since GROUP BY SUBSTR(day, 1, 7), kind ORDER BY 1, 2;
