-- A panel that was drawn before its renewals kept their day has nothing that plans the next one: the day itself does.
INSERT INTO timers (id, key, kind, args, due_at)
SELECT 'renewed-' || s.panel_id, 'panel.renewed:' || s.panel_id || ':planned', 'panel.renewed',
    '{"panel": "' || s.panel_id || '"}', s.next_renewal_at
FROM sortitions AS s JOIN panels AS p ON p.id = s.panel_id
WHERE p.state = 'open' AND s.next_renewal_at IS NOT NULL AND s.founded_at IS NOT NULL AND NOT EXISTS (
    SELECT 1 FROM timers AS t
    WHERE t.kind = 'panel.renewed' AND t.state = 'waiting' AND t.args LIKE '%' || s.panel_id || '%');
