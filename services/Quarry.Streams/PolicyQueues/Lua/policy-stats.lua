local total = prefix .. 'total'
return { number(total, 'entries'), number(total, 'events'), number(total, 'bytes'), redis.call('XLEN', prefix .. 'dead') }
