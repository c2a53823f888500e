using Hangfire.PostgreSql;
using Hangfire.Storage;
using Npgsql;

namespace Ziya.Hangfire;

/// <summary>
/// Hangfire's storage in PostgreSQL, but for its locks: those are rows, which one who was killed leaves behind until a time is over, and which somebody else takes from one who needs longer.
/// Here a lock is held by a session of the database (<c>pg_advisory_lock</c>) and ends with it, at once where a process or the database dies, and never before.
/// </summary>
internal sealed class SessionLockedStorage(PostgreSqlStorageFactory factory, PostgreSqlStorageOptions options) : PostgreSqlStorage(factory, options)
{
    /// <inheritdoc/>
    public override IStorageConnection GetConnection()
    {
        // Sees to it that the tables are there.
        base.GetConnection().Dispose();
        return new SessionLockedConnection(this, factory);
    }
}

/// <summary>A connection whose locks are those of sessions.</summary>
internal sealed class SessionLockedConnection(PostgreSqlStorage storage, PostgreSqlStorageFactory factory) : PostgreSqlConnection(storage)
{
    // Who holds a lock and asks again for it, on the same connection, has it.
    private readonly Dictionary<string, int> _held = [];

    /// <inheritdoc/>
    public override IDisposable AcquireDistributedLock(string resource, TimeSpan timeout)
    {
        var session = _held.GetValueOrDefault(resource) == 0 ? Lock(resource, timeout) : null;
        _held[resource] = _held.GetValueOrDefault(resource) + 1;
        return new Held(() =>
        {
            _held[resource]--;
            if (session is not null)
            {
                Unlock(session, resource);
            }
        });
    }

    private NpgsqlConnection Lock(string resource, TimeSpan timeout)
    {
        var session = factory.GetOrCreateConnection();
        try
        {
            session.Open();
            using var command = new NpgsqlCommand(
                $"SET lock_timeout = {Math.Max(1, (int)timeout.TotalMilliseconds)}; SELECT pg_advisory_lock(hashtextextended(@resource, 0))", session)
            {
                CommandTimeout = 0,
                Parameters = { new("resource", resource) },
            };
            command.ExecuteNonQuery();
            return session;
        }
        catch (PostgresException exception) when (exception.SqlState == PostgresErrorCodes.LockNotAvailable)
        {
            session.Dispose();
            throw new DistributedLockTimeoutException(resource);
        }
        catch
        {
            session.Dispose();
            throw;
        }
    }

    private static void Unlock(NpgsqlConnection session, string resource)
    {
        using (session)
        {
            try
            {
                using var command = new NpgsqlCommand("SELECT pg_advisory_unlock(hashtextextended($1, 0))", session) { Parameters = { new() { Value = resource } } };
                command.ExecuteNonQuery();
            }
            catch (Exception exception) when (exception is NpgsqlException or InvalidOperationException)
            {
                // The session is gone, and the lock with it.
            }
        }
    }

    private sealed class Held(Action release) : IDisposable
    {
        private Action? _release = release;

        public void Dispose() => Interlocked.Exchange(ref _release, null)?.Invoke();
    }
}
